/** What an instance wrote, as far as it was read: in order, each line once, and never without end. */
import type { LogLine, LogPart } from "@/wire/cluster";

export const LINES_KEPT = 5_000;

export interface LogBuffer {
  readonly lines: readonly LogLine[];
  /** After which line to ask for more. */
  readonly next: number;
  /** How many lines were let go or were never seen. */
  readonly lost: number;
}

export const EMPTY_LOG: LogBuffer = { lines: [], next: 0, lost: 0 };

export type Stream = LogLine["stream"];
export const STREAMS: readonly Stream[] = ["stdout", "stderr", "system"];

/** The buffer with one more answer. A line that is known already is not taken twice. */
export function appended(buffer: LogBuffer, part: Pick<LogPart, "lines" | "next">): LogBuffer {
  const last = buffer.lines.at(-1)?.seq ?? buffer.next;
  const fresh = part.lines.filter(({ seq }) => seq > last);
  const next = Math.max(buffer.next, part.next, fresh.at(-1)?.seq ?? 0);
  if (fresh.length === 0) return next === buffer.next ? buffer : { ...buffer, next };
  const first = fresh[0]?.seq ?? 0;
  const skipped = buffer.lines.length > 0 ? Math.max(0, first - last - 1) : 0;
  const all = [...buffer.lines, ...fresh];
  const over = Math.max(0, all.length - LINES_KEPT);
  return { lines: over > 0 ? all.slice(over) : all, next, lost: buffer.lost + skipped + over };
}

/** The lines of the chosen streams that hold the text, upper and lower case alike. */
export function matching(
  lines: readonly LogLine[],
  search: string,
  streams: ReadonlySet<Stream>,
): readonly LogLine[] {
  const wanted = search.trim().toLowerCase();
  if (wanted === "" && STREAMS.every((stream) => streams.has(stream))) return lines;
  return lines.filter(({ text, stream }) => streams.has(stream) && text.toLowerCase().includes(wanted));
}

/** The lines as text to copy. */
export function asText(lines: readonly LogLine[]): string {
  return lines
    .map(({ at_ms, stream, text }) => `${new Date(at_ms).toISOString()} ${stream} ${text}`)
    .join("\n");
}
