import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { RelativeTime } from "@/ui/RelativeTime";
import type { DeadLetterSummary } from "@/wire/deadLetters";
import classes from "./DeadLetters.module.css";

interface Props {
  rows: readonly DeadLetterSummary[];
  chosen: string;
  onChoose(agent: string | null): void;
}

/** How many there are of each agent; a press narrows the list to it. */
export function Summary({ rows, chosen, onChoose }: Props) {
  const { t } = useTranslation("deadLetters");
  const full = rows.filter(({ count }) => count > 0);
  if (full.length === 0) return null;
  return (
    <ul className={classes.summary} aria-label={t("byAgent")}>
      {full.map(({ agent, count, newest }) => (
        <li key={agent}>
          <UnstyledButton
            aria-pressed={agent === chosen}
            onClick={() => onChoose(agent === chosen ? null : agent)}
          >
            <span className="ellipsis">{agent}</span>
            <b>{t("count", { count })}</b>
            {newest && (
              <small>
                <RelativeTime at={newest} />
              </small>
            )}
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}
