import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { serverWords } from "@/i18n/serverWords";
import classes from "./Contracts.module.css";
import type { Incompatibility } from "./wire";

interface Props {
  reasons: readonly Incompatibility[];
  /** What to say when there is none. */
  none: string;
}

/** What breaks, field by field. */
export function Reasons({ reasons, none }: Props) {
  const { t } = useTranslation("contracts");
  if (reasons.length === 0)
    return (
      <p className={classes.good} role="status">
        <IconCircleCheck size={16} stroke={1.8} aria-hidden />
        {none}
      </p>
    );
  return (
    <ul className={classes.reasons} aria-label={t("reasons")}>
      {reasons.map((reason) => (
        <li key={`${reason.direction} ${reason.version} ${reason.path} ${reason.rule}`}>
          <IconCircleX size={16} stroke={1.8} aria-hidden />
          <div>
            <code>{reason.path || t("whole")}</code>
            <span className={classes.rule}>{reason.rule}</span>
            <span className={classes.quiet}>{t(`direction.${reason.direction}`)}</span>
            <p>{serverWords(reason.rule, reason.message)}</p>
            {(shown(reason.old) || shown(reason.new)) && (
              <p className={classes.change}>
                <del>{shown(reason.old) || t("nothing")}</del> →{" "}
                <ins>{shown(reason.new) || t("nothing")}</ins>
              </p>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
