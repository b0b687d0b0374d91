import { useTranslation } from "react-i18next";
import { serverWords } from "@/i18n/serverWords";
import { RelativeTime } from "@/ui/RelativeTime";
import { useBreakerChanges } from "@/wire/routing";
import classes from "./AgentPage.module.css";

const SHOWN = 10;

/** When a version's breaker opened and closed, and why. */
export function BreakerChanges({ agent, version }: { agent: string; version: string }) {
  const { t } = useTranslation("registry");
  const changes = useBreakerChanges(agent, version).data ?? [];
  if (changes.length === 0) return null;
  return (
    <section>
      <h2 className={classes.heading}>{t("breaker.changes")}</h2>
      <ul className={classes.list}>
        {changes.slice(0, SHOWN).map(({ number, state, at_ms, reason, by }) => (
          <li key={number}>
            <div className={classes.line}>
              <b>{t(`breaker.state.${state}`)}</b>
              <span className={classes.quiet}>
                <RelativeTime at={at_ms} />
              </span>
            </div>
            <span className={classes.quiet}>{[serverWords("", reason), by].filter(Boolean).join(", ")}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
