import { afterEach, expect, test, vi } from "vitest";
import { redriveAll } from "./deadLetters";

afterEach(() => vi.unstubAllGlobals());

/** A server that answers so, one answer a request; what it was sent. */
function answering(...answers: readonly [number, object][]): unknown[] {
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    sent.push(JSON.parse(String(init.body)));
    const [status, body] = answers[sent.length - 1] ?? [500, {}];
    return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
  });
  return sent;
}

const part = (redriven: number, refused: number, left: number, next: string | null) =>
  [
    200,
    {
      redriven: Object.fromEntries(Array.from({ length: redriven }, (_, at) => [`${next}-${at}`, "run"])),
      refused: refused ? { run_gone: refused } : {},
      left,
      next,
    },
  ] as [number, object];

test("a hundred that are refused do not stand in the way of those behind them", async () => {
  const sent = answering(part(0, 100, 60, "a~text"), part(50, 10, 0, null), part(1, 0, 0, null));
  const result = await redriveAll([{ agent: "text" }, { agent: "json" }]);
  expect(result).toEqual({ sent: 51, refused: new Map([["run_gone", 110]]), trouble: null });
  expect(sent.map((body) => (body as { cursor: string }).cursor)).toEqual(["", "a~text", ""]);
});

test("trouble on the way is told with what was done; at the beginning it is an error", async () => {
  const limited: [number, object] = [429, { code: "rate_limited", detail: "Too fast.", status: 429 }];
  answering(part(3, 0, 4, "a~text"), limited);
  const result = await redriveAll([{ agent: "text" }]);
  expect([result.sent, result.trouble?.message]).toEqual([3, "Too fast."]);
  answering(limited);
  await expect(redriveAll([{ agent: "text" }])).rejects.toThrow("Too fast.");
});
