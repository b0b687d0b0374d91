import { useEffect, useMemo, useSyncExternalStore } from "react";
import { applyRecords, isTerminal, openRun, type RunView } from "@/graph/run";
import { getRunEvents } from "@/wire/api";
import type { Connection } from "@/wire/connection";
import { RunFeed } from "@/wire/socket";
import type { Graph, RunDetail, RunRecord } from "@/wire/types";

export interface Trace {
  /** Changed in place; a new `revision` says that it did. */
  readonly view: RunView;
  readonly revision: number;
  readonly connection: Connection;
  /** Add to the browser's clock to get the engine's, as far as its records show it. */
  readonly clockOffset: number;
}

/** One run, followed live for as long as somebody looks at it. */
class TraceStore {
  private trace: Trace;
  private feed: RunFeed | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly runId: string,
    graph: Graph,
    subgraphs: Readonly<Record<string, Graph>> | undefined,
  ) {
    this.trace = {
      view: openRun(graph, subgraphs),
      revision: 0,
      connection: { state: "connecting" },
      clockOffset: 0,
    };
  }

  readonly read = (): Trace => this.trace;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  follow(): () => void {
    if (isTerminal(this.trace.view.status)) return () => {};
    const feed = new RunFeed({
      runId: this.runId,
      after: this.trace.view.cursor,
      onRecords: (records) => this.apply(records),
      onConnection: (connection) => this.change({ connection }),
      fetchEvents: (after, signal) => getRunEvents(this.runId, after, signal),
    });
    this.feed = feed;
    feed.start();
    return () => feed.stop();
  }

  readonly reconnect = (): void => this.feed?.reconnectNow();

  private apply(records: readonly RunRecord[]): void {
    if (!applyRecords(this.trace.view, records)) return;
    const newest = records.at(-1)?.at ?? 0;
    const clockOffset = Math.max(this.trace.clockOffset, newest - Date.now());
    this.change({ revision: this.trace.revision + 1, clockOffset });
  }

  private change(changed: Partial<Trace>): void {
    this.trace = { ...this.trace, ...changed };
    for (const listener of this.listeners) listener();
  }
}

/** The live trace of a run. */
export function useTrace(run: RunDetail): Trace & { reconnect(): void } {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run's graph never changes, only the object it is read into
  const store = useMemo(() => new TraceStore(run.id, run.graph, run.subgraphs), [run.id]);
  useEffect(() => store.follow(), [store]);
  const trace = useSyncExternalStore(store.subscribe, store.read);
  return useMemo(() => ({ ...trace, reconnect: store.reconnect }), [trace, store]);
}
