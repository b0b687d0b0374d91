import { useEffect, useState } from "react";
import { serverWords } from "@/i18n/serverWords";
import { getLogs, type LogPart } from "@/wire/cluster";
import { isProblem } from "@/wire/problem";
import { appended, EMPTY_LOG, type LogBuffer } from "./logBuffer";

const AGAIN_MS = 1_000;
const FAILED_MS = 3_000;
const PART = 500;

export interface LogState {
  buffer: LogBuffer;
  loading: boolean;
  /** The last refusal; null once an answer came. */
  error: Error | null;
  /** The instance is no more: nothing will follow. */
  ended: boolean;
  /** Nobody keeps a log of it (any more). */
  gone: boolean;
}

const NOTHING: LogState = { buffer: EMPTY_LOG, loading: true, error: null, ended: false, gone: false };

/** What the node says of the instance is said in the reader's language. */
const inWords = (part: LogPart): LogPart => ({
  ...part,
  lines: part.lines.map((line) =>
    line.stream === "system" ? { ...line, text: serverWords("instance_log", line.text) } : line,
  ),
});

/** What an instance writes, as it writes it, for as long as this is mounted; of one that has ended, what it wrote. */
export function useLogs(instance: string): LogState {
  const [state, setState] = useState(NOTHING);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let buffer = EMPTY_LOG;
    const ask = async () => {
      try {
        const part = await getLogs(instance, buffer.next, PART, stop.signal);
        buffer = appended(buffer, inWords(part));
        const more = part.lines.length >= PART;
        const ended = part.ended && !more;
        setState({ buffer, loading: false, error: null, ended, gone: false });
        if (!ended) timer = setTimeout(ask, more ? 0 : AGAIN_MS);
      } catch (failed) {
        if (stop.signal.aborted) return;
        const error = failed instanceof Error ? failed : new Error(String(failed));
        const gone = isProblem(error) && error.status === 404;
        setState({ buffer, loading: false, error: gone ? null : error, ended: gone, gone });
        if (!gone) timer = setTimeout(ask, FAILED_MS);
      }
    };
    setState(NOTHING);
    void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [instance]);
  return state;
}
