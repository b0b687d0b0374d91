import { useTranslation } from "react-i18next";
import { useNodeRecord } from "@/stores/nodeHistory";
import { formatTime } from "@/ui/duration";
import { HealthMark } from "./HealthMark";
import classes from "./NodePage.module.css";

/** How the node's health changed while this page looked. */
export function HealthChanges({ node }: { node: string }) {
  const { t, i18n } = useTranslation("registry");
  const changes = useNodeRecord(node)?.changes ?? [];
  return (
    <section>
      <h2 className={classes.heading}>{t("node.changes")}</h2>
      {changes.length === 0 && <p className={classes.quiet}>{t("node.noChanges")}</p>}
      {changes.length > 0 && (
        <ol className={classes.changes}>
          {changes.map(({ at, from, to }) => (
            <li key={at}>
              <span>
                <HealthMark health={to} />
              </span>
              <span className={classes.quiet}>
                {from ? t("node.before", { health: t(`nodes.status.${from}`) }) : t("node.firstSeen")}
              </span>
              <time dateTime={new Date(at).toISOString()}>{formatTime(at, Date.now(), i18n.language)}</time>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
