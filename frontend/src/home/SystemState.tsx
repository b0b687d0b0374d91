import { Skeleton } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { serverWords } from "@/i18n/serverWords";
import { useHealth } from "@/wire/queries";
import classes from "./SystemState.module.css";

/** Whether the parts of the system work, quietly; louder only when one does not. */
export function SystemState() {
  const { t } = useTranslation("home");
  const health = useHealth();
  if (!health.data && !health.error) return <Skeleton height={174} radius={10} />;
  const checks = Object.entries(health.data?.checks ?? {});
  const broken = checks.filter(([, { ok }]) => !ok).length;
  const fine = health.data !== undefined && broken === 0;
  const words = health.data
    ? fine
      ? t("system.ok")
      : t("system.trouble", { count: broken })
    : t("system.away");
  return (
    <section className={classes.state} aria-label={t("system.title")}>
      <h2 className={classes.head} data-fine={fine || undefined}>
        {fine ? <IconCheck size={16} aria-hidden /> : <IconAlertTriangle size={16} aria-hidden />} {words}
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
