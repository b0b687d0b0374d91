import { useEffect, useState } from "react";
import { getLogs } from "@/wire/cluster";
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
}

const NOTHING: LogState = { buffer: EMPTY_LOG, loading: true, error: null, ended: false };

/** What an instance writes, as it writes it, for as long as this is mounted. */
export function useLogs(instance: string): LogState {
  const [state, setState] = useState(NOTHING);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let buffer = EMPTY_LOG;
    const ask = async () => {
      try {
        const part = await getLogs(instance, buffer.next, PART, stop.signal);
        buffer = appended(buffer, part);
        setState({ buffer, loading: false, error: null, ended: false });
        timer = setTimeout(ask, part.lines.length >= PART ? 0 : AGAIN_MS);
      } catch (failed) {
        if (stop.signal.aborted) return;
        const error = failed instanceof Error ? failed : new Error(String(failed));
        const ended = isProblem(error) && error.status === 404;
        setState({ buffer, loading: false, error, ended });
        if (!ended) timer = setTimeout(ask, FAILED_MS);
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
