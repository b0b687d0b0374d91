import { IconChevronRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { lookOf } from "@/canvas/kinds";
import type { RunView, StepStatus } from "@/graph/runTypes";
import { useIsHovered } from "@/stores/hover";
import { StatusIcon } from "@/ui/StatusMark";
import { formatDuration, formatTicking } from "../duration";
import { nodeLabel } from "../labels";
import { Bars } from "./Bars";
import { iterationOf, type Row, stepStatus } from "./rows";
import { type Segment, type Span, segmentsOf } from "./timeline";
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

/** What a row shows of its step or iteration. */
export interface RowState {
  status: StepStatus;
  segments: Segment[];
  attempts: number;
}

export function rowState(view: RunView, row: Row, now: number): RowState {
  if (row.kind === "step") {
    const step = view.steps.get(row.id);
    const segments = step ? segmentsOf(step, now) : [];
    return { status: stepStatus(view, step), segments, attempts: step?.attempts.length ?? 0 };
  }
  const { status, startedAt, endedAt } = iterationOf(view, row);
  const outcome = status === "failed" ? "failed" : "completed";
  const to = endedAt ?? now;
  const segments: Segment[] =
    startedAt === null
      ? []
      : [{ kind: to > startedAt ? "work" : "moment", from: startedAt, to, attempt: 0, outcome }];
  return { status, segments, attempts: 0 };
}

/** A row of the waterfall: the step in its tree, how long it took, its bar. */
export function WaterfallRow({ view, row, now, span, top, open, selected }: Props) {
  const { t } = useTranslation("trace");
  const lit = useIsHovered(row.node.id);
  const state = rowState(view, row, now);
  const first = state.segments[0];
  const last = state.segments.at(-1);
  const live = state.status === "running" || state.status === "retrying" || state.status === "queued";
  const took = first && last ? last.to - first.from : null;
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
      data-lit={lit || undefined}
      data-status={state.status}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div className={classes.tree} style={{ paddingLeft: 8 + row.depth * 16 }}>
        <Toggle row={row} open={open} />
        <StatusIcon status={state.status} size={15} />
        <Label row={row} count={view.steps.get(row.id)?.iterations ?? null} />
        {state.attempts > 1 && (
          <span className={classes.attempts} title={t("waterfall.attempt", { number: state.attempts })}>
            ×{state.attempts}
          </span>
        )}
      </div>
      <div className={classes.took}>
        {took !== null && took > 0 ? (live ? formatTicking(took) : formatDuration(took)) : ""}
      </div>
      <div className={classes.bars}>
        <Bars segments={state.segments} span={span} status={state.status} />
      </div>
    </div>
  );
}

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

function Label({ row, count }: { row: Row; count: number | null }) {
  const { t } = useTranslation("trace");
  if (row.kind === "iteration") {
    return <span className={classes.iteration}>{t("waterfall.iteration", { number: row.index + 1 })}</span>;
  }
  const { icon: Icon } = lookOf(row.node.kind);
  const agent = row.node.kind === "agent" && row.node.title ? row.node.agent : "";
  return (
    <>
      <span className={classes.label} title={`${nodeLabel(row.node, t)} (${row.id})`}>
        {nodeLabel(row.node, t)}
      </span>
      <span className={classes.kind} data-agent={agent || undefined}>
        {count !== null
          ? t("waterfall.iterations", { count })
          : agent || <Icon size={13} stroke={1.6} aria-hidden />}
      </span>
    </>
  );
}
