import { Checkbox, UnstyledButton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { serverWords } from "@/i18n/serverWords";
import { RelativeTime } from "@/ui/RelativeTime";
import { shortRunId } from "@/ui/RunId";
import type { DeadLetter } from "@/wire/deadLetters";
import classes from "./DeadLetters.module.css";
import { keyOf } from "./filters";

const ROW_PX = 48;

interface Props {
  letters: readonly DeadLetter[];
  chosen: ReadonlySet<string>;
  onChoose(chosen: ReadonlySet<string>): void;
  onOpen(letter: DeadLetter): void;
  /** Asks for the next page; null when there is none or it is on its way. */
  onMore: (() => void) | null;
}

const COLUMNS = ["agent", "error", "step", "run", "retries", "at"] as const;

/** The letters, newest first: as many rows as are seen, more as one scrolls. */
export function LetterTable({ letters, chosen, onChoose, onOpen, onMore }: Props) {
  const { t } = useTranslation("deadLetters");
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: letters.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => (letters[index] ? keyOf(letters[index]) : index),
    overscan: 8,
  });
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= letters.length - 10) onMore?.();
  }, [last, letters.length, onMore]);
  const picked = letters.filter((letter) => chosen.has(keyOf(letter))).length;
  const all = picked === letters.length;
  return (
    <div ref={scroller} className={classes.scroller}>
      <table className={classes.table} aria-label={t("title")}>
        <thead>
          <tr>
            <th>
              <Checkbox
                checked={all}
                indeterminate={picked > 0 && !all}
                aria-label={t("chooseAll")}
                onChange={() => onChoose(new Set(all ? [] : letters.map(keyOf)))}
              />
            </th>
            {COLUMNS.map((name) => (
              <th key={name} scope="col">
                {t(`column.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody style={{ height: rows.getTotalSize() }}>
          {items.map(({ index, start, key }) => {
            const letter = letters[index];
            return (
              letter && (
                <Row
                  key={key}
                  letter={letter}
                  top={start}
                  chosen={chosen.has(keyOf(letter))}
                  onOpen={() => onOpen(letter)}
                  onChoose={(isChosen) =>
                    onChoose(
                      new Set(
                        [...chosen]
                          .filter((one) => one !== keyOf(letter))
                          .concat(isChosen ? [keyOf(letter)] : []),
                      ),
                    )
                  }
                />
              )
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  letter: DeadLetter;
  top: number;
  chosen: boolean;
  onChoose(chosen: boolean): void;
  onOpen(): void;
}

function Row({ letter, top, chosen, onChoose, onOpen }: RowProps) {
  const { t } = useTranslation("deadLetters");
  const {
    agent,
    version,
    error_code,
    message,
    step,
    run_id,
    workflow_title,
    retries,
    at,
    redriven_as,
    run_exists,
  } = letter;
  const words = serverWords(error_code, message);
  return (
    <tr className={classes.row} style={{ transform: `translateY(${top}px)` }} data-letter={letter.id}>
      <td>
        <Checkbox
          checked={chosen}
          onChange={(event) => onChoose(event.currentTarget.checked)}
          aria-label={t("choose", { agent, step })}
        />
      </td>
      <td className="ellipsis" title={`${agent}@${version}`}>
        {agent}
        <span className={classes.quiet}>@{version}</span>
      </td>
      <td>
        <UnstyledButton className={classes.open} onClick={onOpen} title={words}>
          <b>{error_code}</b>
          <span>{words}</span>
        </UnstyledButton>
      </td>
      <td className="ellipsis" title={step}>
        {step}
      </td>
      <td>
        {run_id && run_exists ? (
          <Link to={runAddress(letter)} className={classes.run} title={`${workflow_title}\n${run_id}`}>
            <span className="ellipsis">{workflow_title || shortRunId(run_id)}</span>
          </Link>
        ) : (
          "–"
        )}
      </td>
      <td>
        {redriven_as ? <span className={classes.sent}>{t("redriven")}</span> : t("tries", { count: retries })}
      </td>
      <td className={classes.quiet}>
        <RelativeTime at={at} />
      </td>
    </tr>
  );
}

/** The run at the step that failed. */
export function runAddress({ run_id, step }: Pick<DeadLetter, "run_id" | "step">): string {
  return `/runs/${encodeURIComponent(run_id)}${step ? `?step=${encodeURIComponent(step)}` : ""}`;
}
