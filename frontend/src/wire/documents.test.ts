import { afterEach, expect, test, vi } from "vitest";
import { exportAddress, readDocument } from "./documents";

function answer(status: number, body: unknown) {
  const headers = { "Content-Type": "application/json" };
  const fake = vi.fn((_address: string, _init: RequestInit) =>
    Promise.resolve(new Response(JSON.stringify(body), { status, headers })),
  );
  vi.stubGlobal("fetch", fake);
  return fake;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test("a document is read by the server as it stands, and nothing is saved", async () => {
  const fake = answer(200, { graph: { nodes: [{ kind: "start", id: "start" }] } });
  const graph = await readDocument("nodes: []\n", "sales");
  expect(graph.nodes).toHaveLength(1);
  expect(fake.mock.calls[0]?.[0]).toBe("/api/v1/workflows/import?dry_run=true&project=sales");
  expect(fake.mock.calls[0]?.[1]).toMatchObject({
    method: "POST",
    body: "nodes: []\n",
    headers: { "Content-Type": "application/yaml" },
  });
});

test("a refusal says where in the text", async () => {
  answer(400, { code: "invalid_document", detail: "Line 2, column 3: This is not YAML." });
  await expect(readDocument("nodes: [", "sales")).rejects.toThrow("Line 2, column 3");
});

test("the saved draft is exported as YAML", () => {
  expect(exportAddress("01abc")).toBe("/api/v1/workflows/01abc/export?format=yaml");
});
