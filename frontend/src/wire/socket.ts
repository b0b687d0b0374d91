/** A run's records, live: by WebSocket, resumed at the last record seen; by asking, where sockets do not get through. */
import { backoffMs, type Connection } from "./connection";
import { FrameBatch } from "./frames";
import { isProblem } from "./problem";
import type { RunEvents, RunRecord } from "./types";

export interface RunFeedOptions {
  runId: string;
  /** The last record already known; 0: none. */
  after?: number;
  onRecords(records: RunRecord[]): void;
  onConnection(connection: Connection): void;
  /** One page of records, the other way. */
  fetchEvents(after: number, signal: AbortSignal): Promise<RunEvents>;
  openSocket?: (address: string) => WebSocket;
  random?: () => number;
}

type Message =
  | { type: "events"; events: RunRecord[]; cursor: number }
  | { type: "end"; status: string }
  | { type: "error"; code: string; message: string };

/** After so many sockets that never opened, ask for events instead, and try a socket again later. */
const SOCKET_FAILURES = 3;
const POLL_MS = 1_000;
const SOCKET_AGAIN_MS = 30_000;
const NOT_LOGGED_IN = "not_logged_in";
const HOPELESS = new Set(["not_found", "bad_cursor", NOT_LOGGED_IN]);

export class RunFeed {
  private cursor: number;
  private painted: number;
  private failures = 0;
  private unopened = 0;
  private ended = false;
  private stopped = false;
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly asking = new AbortController();
  private readonly batch: FrameBatch<RunRecord>;

  constructor(private readonly options: RunFeedOptions) {
    this.cursor = options.after ?? 0;
    this.painted = this.cursor;
    this.batch = new FrameBatch(
      (records) => this.deliver(records),
      () => this.acknowledge(),
    );
  }

  start(): void {
    window.addEventListener("online", this.reconnectNow);
    this.options.onConnection({ state: "connecting" });
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.release();
    this.batch.stop();
  }

  /** Try at once, without waiting for the backoff to pass. */
  readonly reconnectNow = (): void => {
    if (this.stopped || this.ended || this.socket) return;
    clearTimeout(this.timer);
    this.connect();
  };

  private connect(): void {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const path = `/ws/runs/${encodeURIComponent(this.options.runId)}/?after=${this.cursor}`;
    const open = this.options.openSocket ?? ((address) => new WebSocket(address));
    const socket = open(`${scheme}//${location.host}${path}`);
    this.socket = socket;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.unopened = 0;
      this.options.onConnection({ state: "live" });
    };
    socket.onmessage = ({ data }) => this.receive(JSON.parse(String(data)) as Message);
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (!opened) this.unopened += 1;
      this.lost();
    };
  }

  private receive(message: Message): void {
    if (message.type === "events") {
      this.failures = 0;
      this.take(message.events);
    } else if (message.type === "end") {
      this.finish();
    } else if (HOPELESS.has(message.code)) {
      this.refuse(message.code, message.message);
    }
  }

  /** Keeps the records in order: what was seen is left out, and after a gap the rest is asked for again. */
  private take(records: readonly RunRecord[]): void {
    const fresh = records.filter((record) => record.seq > this.cursor);
    const [first] = fresh;
    if (!first) return;
    if (first.seq !== this.cursor + 1) {
      this.socket?.close();
      return;
    }
    this.cursor = fresh.at(-1)?.seq ?? this.cursor;
    this.batch.add(fresh);
  }

  private deliver(records: RunRecord[]): void {
    if (records.length > 0) this.options.onRecords(records);
    this.painted = records.at(-1)?.seq ?? this.painted;
    if (this.ended && this.painted === this.cursor) this.options.onConnection({ state: "finished" });
  }

  private acknowledge(): void {
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify({ type: "ack", cursor: this.painted }));
    }
  }

  private finish(): void {
    this.ended = true;
    this.release();
    if (this.painted === this.cursor) this.options.onConnection({ state: "finished" });
  }

  private refuse(code: string, message: string): void {
    this.ended = true;
    this.release();
    this.options.onConnection({ state: "refused", code, message });
  }

  private lost(): void {
    if (this.stopped || this.ended) return;
    if (this.unopened >= SOCKET_FAILURES) {
      void this.poll(Date.now() + SOCKET_AGAIN_MS);
      return;
    }
    const wait = backoffMs(this.failures++, this.options.random);
    this.options.onConnection({ state: "reconnecting", retryAt: Date.now() + wait });
    this.timer = setTimeout(() => this.connect(), wait);
  }

  private async poll(socketAgainAt: number): Promise<void> {
    if (this.stopped || this.ended) return;
    try {
      const page = await this.options.fetchEvents(this.cursor, this.asking.signal);
      if (this.stopped) return;
      this.options.onConnection({ state: "polling" });
      this.failures = 0;
      this.take(page.events);
      if (page.terminal && page.cursor <= this.cursor) this.finish();
      else this.pollAgain(page.events.length > 0 ? 0 : POLL_MS, socketAgainAt);
    } catch (error) {
      this.pollFailed(error, socketAgainAt);
    }
  }

  private pollAgain(wait: number, socketAgainAt: number): void {
    const again = Date.now() < socketAgainAt ? () => void this.poll(socketAgainAt) : () => this.connect();
    this.timer = setTimeout(again, wait);
  }

  private pollFailed(error: unknown, socketAgainAt: number): void {
    if (this.stopped) return;
    if (isProblem(error) && (error.status === 404 || error.status === 403)) {
      this.refuse(error.code, error.message);
      return;
    }
    const wait = backoffMs(this.failures++, this.options.random);
    this.options.onConnection({ state: "reconnecting", retryAt: Date.now() + wait });
    this.pollAgain(wait, socketAgainAt);
  }

  /** Lets go of everything but the records still to be painted. */
  private release(): void {
    window.removeEventListener("online", this.reconnectNow);
    clearTimeout(this.timer);
    this.asking.abort();
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }
}
