import { IconAlertCircle, IconCircleCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { serverWords } from "@/i18n/serverWords";
import type { BundleCheck } from "@/wire/bundles";
import classes from "./CheckList.module.css";

/** What was looked at, one by one: passed or not, what was found, and in which file. */
export function CheckList({ checks }: { checks: readonly BundleCheck[] }) {
  const { t } = useTranslation("bundles");
  return (
    <ul className={classes.checks} aria-label={t("checks")}>
      {checks.map(({ name, ok, message, path }, at) => {
        const Icon = ok ? IconCircleCheck : IconAlertCircle;
        const told = serverWords(`check_${name}`, message);
        const words = ok && name !== "signature" ? t(`checkPassed.${name}`, { defaultValue: told }) : told;
        const title = t(`check.${name}`, { defaultValue: name });
        return (
          <li
            key={`${name} ${path} ${message}`}
            data-ok={ok}
            style={{ animationDelay: `${Math.min(at, 20) * 40}ms` }}
          >
            <Icon size={16} role="img" aria-label={t(ok ? "passed" : "refused")} />
            <div>
              <b>{title}</b>
              <span>{words}</span>
              {path && <code>{path}</code>}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
