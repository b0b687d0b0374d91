import { useTranslation } from "react-i18next";
import { LoadBar } from "@/nodes/LoadBar";
import type { AgentInstance } from "@/wire/types";
import classes from "./AgentPage.module.css";

/** Who runs an agent at this moment, and how busy each is. */
export function Instances({ instances }: { instances: readonly AgentInstance[] }) {
  const { t } = useTranslation("registry");
  return (
    <section>
      <h2 className={classes.heading}>{t("agent.instances")}</h2>
      {instances.length === 0 && <p className={classes.none}>{t("agent.noInstances")}</p>}
      <ul className={classes.list}>
        {instances.map(({ instance, version, in_flight, concurrency }) => (
          <li key={instance}>
            <div className={classes.line}>
              <code title={instance}>{instance}</code>
              <span className={classes.quiet}>{version}</span>
            </div>
            <LoadBar
              share={in_flight / Math.max(1, concurrency)}
              label={t("agent.load")}
              value={t("nodes.slotsOf", { busy: in_flight, max: concurrency })}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
