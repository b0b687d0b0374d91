import { Skeleton } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { serverWords } from "@/i18n/serverWords";
import { useHealth, useNodes } from "@/wire/queries";
import { troubledNodes } from "./attention";
import classes from "./SystemState.module.css";

/** Whether the parts of the system work, quietly; louder only when one does not. */
export function SystemState() {
  const { t } = useTranslation("home");
  const health = useHealth();
  const nodes = useNodes();
  if (!health.data && !health.error) return <Skeleton height={174} radius={10} />;
  const checks = Object.entries(health.data?.checks ?? {});
  const broken = checks.filter(([, { ok }]) => !ok).length;
  const away = troubledNodes(nodes.data?.live ? nodes.data.nodes : undefined);
  const fine = health.data !== undefined && broken === 0 && away.count === 0;
  return (
    <section className={classes.state} aria-label={t("system.title")}>
      <h2 className={classes.head} data-fine={fine || undefined}>
        {fine ? <IconCheck size={16} aria-hidden /> : <IconAlertTriangle size={16} aria-hidden />}
        {!health.data && t("system.away")}
        {broken > 0 && t("system.trouble", { count: broken })}
        {fine && t("system.ok")}
        {health.data && broken === 0 && away.count > 0 && (
          <Link to={away.to}>{t("system.nodesAway", { count: away.count })}</Link>
        )}
      </h2>
      <dl className={classes.checks}>
        {checks.map(([name, { ok, detail }]) => (
          <div key={name} data-fine={ok || undefined}>
            <dt>{t(`system.checks.${name}`, { defaultValue: name })}</dt>
            <dd>{serverWords("health", detail)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
