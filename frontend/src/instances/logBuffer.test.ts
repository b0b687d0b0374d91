import { expect, test } from "vitest";
import type { LogLine } from "@/wire/cluster";
import { appended, asText, EMPTY_LOG, LINES_KEPT, matching, STREAMS } from "./logBuffer";

const line = (seq: number, text = `line ${seq}`, stream: LogLine["stream"] = "stdout"): LogLine => ({
  seq,
  at_ms: 1_700_000_000_000 + seq,
  stream,
  text,
});
const all = new Set(STREAMS);

test("answers follow one another, and a line that comes twice is taken once", () => {
  let log = appended(EMPTY_LOG, { lines: [line(1), line(2)], next: 2 });
  log = appended(log, { lines: [line(2), line(3)], next: 3 });
  expect(log.lines.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(log).toMatchObject({ next: 3, lost: 0 });
});

test("an answer without news changes nothing", () => {
  const log = appended(EMPTY_LOG, { lines: [line(1)], next: 1 });
  expect(appended(log, { lines: [], next: 1 })).toBe(log);
});

test("lines that the node has let go in between are counted", () => {
  const log = appended(EMPTY_LOG, { lines: [line(1)], next: 1 });
  expect(appended(log, { lines: [line(9)], next: 9 }).lost).toBe(7);
});

test("a talkative instance does not fill the browser", () => {
  let log = EMPTY_LOG;
  for (let at = 0; at < LINES_KEPT + 500; at += 500) {
    log = appended(log, {
      lines: Array.from({ length: 500 }, (_, more) => line(at + more + 1)),
      next: at + 500,
    });
  }
  expect(log.lines).toHaveLength(LINES_KEPT);
  expect(log).toMatchObject({ lost: 500, next: LINES_KEPT + 500 });
});

test("a search and the streams narrow what is seen", () => {
  const lines = [line(1, "Started", "system"), line(2, "boom", "stderr"), line(3, "BOOM again")];
  expect(matching(lines, "", all)).toBe(lines);
  expect(matching(lines, "boom", all).map(({ seq }) => seq)).toEqual([2, 3]);
  expect(matching(lines, "boom", new Set(["stderr"] as const)).map(({ seq }) => seq)).toEqual([2]);
});

test("what is copied says when and where", () => {
  expect(asText([line(0, "hello", "stderr")])).toBe("2023-11-14T22:13:20.000Z stderr hello");
});
