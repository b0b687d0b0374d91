import type { CSSProperties } from "react";
import type { StepStatus } from "@/graph/runTypes";
import { statusColour } from "@/ui/StatusMark";
import classes from "./Bars.module.css";
import { type Segment, type Span, shareAt } from "./timeline";

type Props = { segments: readonly Segment[]; span: Span; status: StepStatus };

/** A row's bar: queue time pale, work solid, attempts one after the other with their pauses. */
export function Bars({ segments, span, status }: Props) {
  return (
    <div className={classes.track} aria-hidden>
      {segments.map((segment) => (
        <Piece key={`${segment.kind}${segment.from}`} segment={segment} span={span} status={status} />
      ))}
    </div>
  );
}

function Piece({ segment, span, status }: { segment: Segment; span: Span; status: StepStatus }) {
  const from = Math.max(-0.01, shareAt(span, segment.from));
  const to = Math.min(1.01, shareAt(span, segment.to));
  if (to < 0 || from > 1) return null;
  const style = {
    left: `${from * 100}%`,
    width: `${Math.max(0, to - from) * 100}%`,
    "--tone": toneOf(segment, status),
  } as CSSProperties;
  return (
    <div
      className={classes[segment.kind]}
      data-live={segment.outcome === "running" || undefined}
      style={style}
    />
  );
}

/** A failed attempt is red even where a later one went well. */
function toneOf({ kind, outcome, attempt }: Segment, status: StepStatus): string {
  if (kind === "pause") return "var(--ac-status-retrying)";
  if (kind === "queue") return "var(--ac-status-queued)";
  return statusColour(attempt > 0 ? outcome : status);
}
