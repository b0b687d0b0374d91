import { describe, expect, it } from "vitest";
import { keyed } from "./keyed";
import { ApiProblem, serverAway } from "./problem";

/** Sends requests that are answered as told; keeps their keys. */
function sender(...outcomes: (Error | "done")[]) {
  const sent: string[] = [];
  const send = async (key: string) => {
    sent.push(key);
    const outcome = outcomes[sent.length - 1];
    if (outcome instanceof Error) throw outcome;
    return key;
  };
  const ask = (request: unknown) => keyed(request, send).catch(() => "failed");
  return { sent, ask };
}

const refused = (status: number) => new ApiProblem(status, { code: "some" });

describe("a request that must not be carried out twice", () => {
  it.each([
    ["nobody answered", serverAway("away")],
    ["the server failed", refused(500)],
    ["the server is not there", refused(503)],
    ["it took too long", refused(504)],
    ["it was not read in time", refused(408)],
    ["the answer broke off", new SyntaxError("Unexpected end of JSON input")],
  ])("has the same key again when %s", async (why, silence) => {
    const { sent, ask } = sender(silence, silence, "done", "done");
    const request = { run: why };
    for (let time = 0; time < 4; time++) await ask({ ...request });
    expect(sent[1]).toBe(sent[0]);
    expect(sent[2]).toBe(sent[0]);
    expect(sent[3]).not.toBe(sent[0]);
  });

  it.each([400, 403, 404, 409, 422, 429])("has a new key after a refusal (%i)", async (status) => {
    const { sent, ask } = sender(refused(status), "done");
    await ask({ refused: status });
    await ask({ refused: status });
    expect(sent[1]).not.toBe(sent[0]);
  });

  it("has a new key when something else is asked, and its own again when that is undone", async () => {
    const { sent, ask } = sender(serverAway("away"), serverAway("away"), "done");
    await ask({ input: { n: 1 } });
    await ask({ input: { n: 2 } });
    await ask({ input: { n: 1 } });
    expect(sent[1]).not.toBe(sent[0]);
    expect(sent[2]).toBe(sent[0]);
  });

  it("is one request while it is under way, however often it is asked", async () => {
    const { sent, ask } = sender("done", "done");
    await Promise.all([ask({ twice: true }), ask({ twice: true })]);
    expect(sent[1]).toBe(sent[0]);
  });
});
