import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { DiffLine } from "@/wire/types";
import classes from "./DiffLines.module.css";

const SIGNS = { added: "+", removed: "−", same: " ", skipped: "⋯" } as const;
/** More lines than these are drawn only for who asks for them. */
const MOST = 1_000;

/** Two texts side by side as one list of lines: what went, what came, and a little around it. */
export function DiffLines({ lines, label }: { lines: readonly DiffLine[]; label: string }) {
  const { t } = useTranslation("app");
  const [all, setAll] = useState(false);
  if (lines.length === 0) return <p className={classes.quiet}>{t("diff.none")}</p>;
  const shown = all ? lines : lines.slice(0, MOST);
  return (
    <>
      <table className={classes.diff} aria-label={label}>
        <tbody>
          {shown.map((line) => (
            <tr key={`${line.old} ${line.new} ${line.change}`} data-change={line.change}>
              <td>{line.change === "skipped" ? "" : line.old || ""}</td>
              <td>{line.change === "skipped" ? "" : line.new || ""}</td>
              <td aria-label={t(`diff.${line.change}`)}>{SIGNS[line.change]}</td>
              <td>
                {line.change === "skipped" ? t("diff.skippedLines", { count: Number(line.text) }) : line.text}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length < lines.length && (
        <Button variant="default" mt="sm" onClick={() => setAll(true)}>
          {t("diff.all", { count: lines.length })}
        </Button>
      )}
    </>
  );
}
