import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { backoffMs, type Connection } from "./connection";
import { RunFeed } from "./socket";
import type { RunEvents, RunRecord } from "./types";

/** The outside world: a socket the test plays the server of. */
class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(readonly address: string) {
    FakeSocket.all.push(this);
  }

  open() {
    this.readyState = WebSocket.OPEN;
    this.onopen?.();
  }

  say(message: unknown) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  events(...sequence: number[]) {
    this.say({ type: "events", events: sequence.map(record), cursor: sequence.at(-1) });
  }

  send(text: string) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.();
  }
}

function record(seq: number): RunRecord {
  return { seq, at: seq, epoch: 1, prev: "", event: { type: "step_skipped", step: `s${seq}` } };
}

const last = () => FakeSocket.all.at(-1) as FakeSocket;

function feed(after = 0) {
  const batches: number[][] = [];
  const states: Connection[] = [];
  const pages: RunEvents[] = [];
  const asked: number[] = [];
  const made = new RunFeed({
    runId: "R1",
    after,
    onRecords: (records) => batches.push(records.map(({ seq }) => seq)),
    onConnection: (connection) => states.push(connection),
    fetchEvents: (cursor) => {
      asked.push(cursor);
      const page = pages.shift();
      return page ? Promise.resolve(page) : Promise.reject(new Error("away"));
    },
    openSocket: (address) => new FakeSocket(address) as unknown as WebSocket,
    random: () => 1,
  });
  made.start();
  return { made, batches, states, pages, asked, state: () => states.at(-1) };
}

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "requestAnimationFrame", "cancelAnimationFrame", "Date"],
  });
  FakeSocket.all = [];
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a live run", () => {
  test("hands over everything that came between two frames at once, and acknowledges after painting", () => {
    const { batches, state } = feed();
    last().open();
    expect(state()).toEqual({ state: "live" });
    last().events(1, 2);
    last().events(3);
    expect(batches).toEqual([]);
    vi.advanceTimersToNextFrame();
    expect(batches).toEqual([[1, 2, 3]]);
    expect(last().sent).toEqual([]);
    vi.advanceTimersToNextFrame();
    expect(last().sent).toEqual([{ type: "ack", cursor: 3 }]);
  });

  test("resumes after the last record it has", () => {
    feed(41);
    expect(last().address).toMatch(/\/ws\/runs\/R1\/\?after=41$/);
    last().open();
    last().events(42, 43);
    last().close();
    vi.advanceTimersByTime(600);
    expect(last().address).toMatch(/after=43$/);
  });

  test("shows no record twice and none out of order", () => {
    const { batches } = feed();
    last().open();
    last().events(1, 2);
    last().events(2, 3);
    last().events(7);
    vi.advanceTimersByTime(700);
    expect(batches.flat()).toEqual([1, 2, 3]);
    expect(last().address).toMatch(/after=3$/);
  });

  test("is finished once the last record is painted", () => {
    const { state } = feed();
    last().open();
    last().events(1);
    last().say({ type: "end", status: "completed" });
    expect(state()).toEqual({ state: "live" });
    vi.advanceTimersByTime(50);
    expect(state()).toEqual({ state: "finished" });
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all).toHaveLength(1);
  });
});

describe("a connection that breaks", () => {
  test("is tried again later and later, and at once when the network is back", () => {
    const { state } = feed();
    last().open();
    last().close();
    expect(state()).toEqual({ state: "reconnecting", retryAt: Date.now() + 500 });
    vi.advanceTimersByTime(500);
    last().open();
    last().close();
    expect(state()).toEqual({ state: "reconnecting", retryAt: Date.now() + 1000 });
    window.dispatchEvent(new Event("online"));
    expect(FakeSocket.all).toHaveLength(3);
  });

  test("begins anew with short waits once events came", () => {
    const { state } = feed();
    for (let round = 0; round < 3; round++) {
      last().open();
      last().close();
      vi.advanceTimersByTime(5000);
    }
    last().open();
    last().events(1);
    last().close();
    expect(state()).toEqual({ state: "reconnecting", retryAt: Date.now() + 500 });
  });

  test("falls back to asking when sockets never open, and ends there too", async () => {
    const { pages, asked, batches, states, state } = feed();
    pages.push({ events: [record(1)], cursor: 1, terminal: false });
    pages.push({ events: [], cursor: 1, terminal: false });
    pages.push({ events: [record(2)], cursor: 2, terminal: true });
    for (let round = 0; round < 3; round++) {
      last().close();
      if (round < 2) await vi.advanceTimersByTimeAsync(20_000);
    }
    await vi.advanceTimersByTimeAsync(3_000);
    expect(asked).toEqual([0, 1, 1]);
    expect(states).toContainEqual({ state: "polling" });
    expect(batches.flat()).toEqual([1, 2]);
    expect(state()).toEqual({ state: "finished" });
  });

  test("is not tried again after a refusal", () => {
    const { state } = feed();
    last().open();
    last().say({ type: "error", code: "not_found", message: "There is no such run" });
    expect(state()).toEqual({ state: "refused", code: "not_found", message: "There is no such run" });
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all).toHaveLength(1);
  });

  test("is left alone once the page is closed", () => {
    const { made } = feed();
    last().open();
    made.stop();
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all).toHaveLength(1);
  });
});

test("backoff doubles up to 15 s, with half of it random", () => {
  expect([0, 1, 2, 10].map((failures) => backoffMs(failures, () => 1))).toEqual([500, 1000, 2000, 15_000]);
  expect([0, 10].map((failures) => backoffMs(failures, () => 0))).toEqual([250, 7500]);
});
