import { useTranslation } from "react-i18next";
import { serverWords } from "@/i18n/serverWords";
import { RelativeTime } from "@/ui/RelativeTime";
import { type PastChange, useDeploymentHistory } from "@/wire/cluster";
import classes from "./AgentPage.module.css";

const SHOWN = 10;
const POLICY = /^policy (.+) v(\d+)$/;

/** Who changed how many instances an agent is to have, and why where a policy did. */
export function DeploymentHistory({ agent }: { agent: string }) {
  const { t } = useTranslation("registry");
  const changes = useDeploymentHistory(agent, SHOWN).data ?? [];
  if (changes.length === 0) return null;
  return (
    <section>
      <h2 className={classes.heading}>{t("deployed.title")}</h2>
      <ul className={classes.list} aria-label={t("deployed.title")}>
        {changes.map((change) => (
          <li key={`${change.version} ${change.at}`}>
            <div className={classes.line}>
              <b>{t("deployed.number", { version: change.version, count: change.replicas })}</b>
              <span className={classes.quiet}>
                <RelativeTime at={change.at} />
              </span>
            </div>
            <span className={classes.quiet}>
              <ByWhom change={change} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ByWhom({ change: { by, why } }: { change: PastChange }) {
  const { t } = useTranslation("registry");
  const [, policy, set] = POLICY.exec(by ?? "") ?? [];
  if (!policy) return by ?? t("deployed.system");
  return [t("deployed.policy", { policy, set }), serverWords("", why)].join(" ");
}
