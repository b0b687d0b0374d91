import type { CSSProperties } from "react";
import { type Status, statusColour } from "@/ui/StatusMark";
import classes from "./Bars.module.css";
import { type Segment, type Span, shareAt } from "./timeline";

interface Props {
  segments: readonly Segment[];
  span: Span;
  status: Status;
  /** Why it does not go on or never ran, in words; stands where the bar's last piece begins, without a bar in its place. */
  note?: string;
}

/** A row's bar: queue time pale, waits hatched, work solid, attempts one after the other with their pauses. */
export function Bars({ segments, span, status, note = "" }: Props) {
  return (
    <div className={classes.track} aria-hidden>
      {segments.map((segment) => (
        <Piece key={`${segment.kind}${segment.from}`} segment={segment} span={span} status={status} />
      ))}
      {note && <Note segments={segments} span={span} note={note} />}
    </div>
  );
}

/** Beside the bar's last piece where there is room, else over it. */
function Note({ segments, span, note }: { segments: readonly Segment[]; span: Span; note: string }) {
  const last = segments.at(-1);
  const from = last ? Math.min(0.98, Math.max(0, shareAt(span, last.from))) : 0;
  const right = from > ROOM;
  const style = right ? { right: `${(1 - from) * 100}%` } : { left: `${from * 100}%` };
  return (
    <span className={classes.note} data-side={right ? "left" : "over"} style={style}>
      {note}
    </span>
  );
}

function Piece({ segment, span, status }: { segment: Segment; span: Span; status: Status }) {
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

/** Beyond this share of the axis the words stand before the bar. */
const ROOM = 0.7;

/** A failed attempt is red even where a later one went well. */
function toneOf({ kind, outcome, attempt }: Segment, status: Status): string {
  if (kind === "pause") return "var(--ac-status-retrying)";
  if (kind === "queue" || kind === "wait") return "var(--ac-status-queued)";
  return statusColour(attempt > 0 ? outcome : status);
}
