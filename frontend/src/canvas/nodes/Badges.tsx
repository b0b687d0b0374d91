import {
  IconArrowBigRightLines,
  IconClockHour4,
  IconFilterQuestion,
  IconRefresh,
  type TablerIcon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Fields } from "@/graph/model";
import type { OnError, RetryPolicy } from "@/wire/generated";
import classes from "./Badges.module.css";

/** The small row under a step: what is unusual about how it runs. */
export function Badges({ fields }: { fields: Fields }) {
  const { t } = useTranslation("canvas");
  const retry = fields.retry as RetryPolicy | undefined;
  const onError = fields.on_error as OnError | undefined;
  const attempts = retry?.attempts ?? 1;
  const badges: [TablerIcon, string, string][] = [];
  if (fields.run_if) badges.push([IconFilterQuestion, t("badge.runIf"), t("badge.runIfHint")]);
  if (attempts > 1) badges.push([IconRefresh, `${attempts}×`, t("badge.retry", { count: attempts })]);
  if (fields.timeout_s) {
    const seconds = Number(fields.timeout_s);
    badges.push([IconClockHour4, t("badge.seconds", { seconds }), t("badge.timeout", { seconds })]);
  }
  if (onError?.action === "continue") {
    badges.push([IconArrowBigRightLines, t("badge.continue"), t("badge.continueHint")]);
  }
  if (badges.length === 0) return null;
  return (
    <div className={classes.row}>
      {badges.map(([Icon, text, hint]) => (
        <span key={hint} className={classes.badge} title={hint}>
          <Icon size={12} aria-hidden /> {text}
        </span>
      ))}
    </div>
  );
}
