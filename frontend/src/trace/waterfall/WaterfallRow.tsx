import { IconChevronRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { RunView, StepView } from "@/graph/runTypes";
import { useIsHovered } from "@/stores/hover";
import { formatDuration, formatTicking } from "@/ui/duration";
import { StatusIcon } from "@/ui/StatusMark";
import { endWords } from "../endWords";
import { waitWords } from "../waitWords";
import { Bars } from "./Bars";
import { RowLabel } from "./RowLabel";
import { isLive, rowState } from "./rowState";
import type { Row } from "./rows";
import type { Span } from "./timeline";
import classes from "./WaterfallRow.module.css";

interface Props {
  view: RunView;
  row: Row;
  now: number;
  span: Span;
  top: number;
  open: boolean;
  selected: boolean;
}

/** A row of the waterfall: the step in its tree, how long it took, its bar. */
export function WaterfallRow({ view, row, now, span, top, open, selected }: Props) {
  const { t, i18n } = useTranslation("trace");
  const lit = useIsHovered(row.node?.id ?? "");
  const state = rowState(view, row, now);
  const first = state.segments[0];
  const last = state.segments.at(-1);
  const took = first && last ? last.to - first.from : null;
  const stillWords = (step: StepView) =>
    step.status === "skipped"
      ? step.message && endWords(view, step.key, t)
      : waitWords(step, now, t, i18n.language);
  return (
    <div
      id={rowId(row.id)}
      role="treeitem"
      tabIndex={-1}
      aria-level={row.depth + 1}
      aria-selected={selected}
      aria-expanded={row.expandable ? open : undefined}
      className={classes.row}
      data-step={row.id}
      data-kind={row.kind}
      data-undoes={row.undoes}
      data-lit={lit || undefined}
      data-status={state.status}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div className={classes.tree} style={{ paddingLeft: 8 + Math.min(row.depth, MAX_INDENT) * 16 }}>
        <Toggle row={row} open={open} />
        <StatusIcon status={state.status} size={15} />
        <RowLabel view={view} row={row} />
        {state.attempts > 1 && (
          <span className={classes.attempts} title={t("waterfall.attempt", { number: state.attempts })}>
            ×{state.attempts}
          </span>
        )}
      </div>
      <div className={classes.took}>
        {took !== null && took > 0 ? (isLive(state) ? formatTicking(took) : formatDuration(took)) : ""}
      </div>
      <div className={classes.bars}>
        <Bars
          segments={state.segments}
          span={span}
          status={state.status}
          note={state.step ? stillWords(state.step) : ""}
        />
      </div>
    </div>
  );
}

/** Deeper rows stand under each other, so that their names keep some room. */
const MAX_INDENT = 8;

export function rowId(step: string): string {
  return `step-${step}`;
}

function Toggle({ row, open }: { row: Row; open: boolean }) {
  if (!row.expandable) return <span className={classes.toggle} />;
  return (
    <span className={classes.toggle} data-toggle data-open={open || undefined} aria-hidden>
      <IconChevronRight size={14} />
    </span>
  );
}
