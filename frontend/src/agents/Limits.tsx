import { useTranslation } from "react-i18next";
import type { AgentVersion } from "@/wire/types";
import classes from "./AgentPage.module.css";

/** What one instance may use. */
export function Limits({ version: { limits, cpu_bound, runtime = "builtin" } }: { version: AgentVersion }) {
  const { t } = useTranslation("registry");
  const own = cpu_bound === undefined ? "" : t(cpu_bound ? "agent.worker" : "agent.loop");
  const place = runtime === "builtin" ? own : t(runtime === "bundle" ? "agent.sandbox" : "agent.outside");
  const facts = [
    [t("agent.memory"), limits.memory_mib === undefined ? "" : `${limits.memory_mib} MiB`],
    [t("agent.cpu"), limits.cpu_s === undefined ? "" : t("agent.cpuSeconds", { seconds: limits.cpu_s })],
    [
      t("agent.timeout"),
      limits.timeout_s === undefined ? "" : t("agent.seconds", { seconds: limits.timeout_s }),
    ],
    [t("agent.concurrency"), limits.concurrency === undefined ? "" : String(limits.concurrency)],
    [t("agent.runsIn"), place],
  ].filter(([, value]) => value);
  if (facts.length === 0) return null;
  return (
    <section>
      <h2 className={classes.heading}>{t("agent.limits")}</h2>
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
