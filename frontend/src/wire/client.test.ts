import { afterEach, expect, test, vi } from "vitest";
import { address, ask, request } from "./client";
import { isProblem } from "./problem";

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  const fake = vi.fn((_address: string, _init: RequestInit) =>
    Promise.resolve(
      new Response(status === 204 ? null : JSON.stringify(body), {
        status,
        headers: { "Content-Type": "application/json", ...headers },
      }),
    ),
  );
  vi.stubGlobal("fetch", fake);
  return fake;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test("changing requests carry the CSRF token and JSON", async () => {
  // biome-ignore lint/suspicious/noDocumentCookie: the server sets it this way
  document.cookie = "csrftoken=abc%3D";
  const fake = answer(200, { ok: true });
  await request("/workflows", { method: "POST", body: { title: "A" } });
  expect(fake.mock.calls[0]?.[0]).toBe("/api/v1/workflows");
  expect(fake.mock.calls[0]?.[1]).toMatchObject({
    method: "POST",
    body: '{"title":"A"}',
    headers: { "X-CSRFToken": "abc=", "Content-Type": "application/json" },
  });
});

test("the revision comes from the ETag", async () => {
  answer(200, {}, { ETag: '"7"' });
  expect(await ask("/workflows/1")).toMatchObject({ etag: "7", status: 200 });
});

test("a refusal says what, why and on which field", async () => {
  answer(422, {
    title: "Invalid",
    detail: "Two fields need attention",
    code: "bad_input",
    errors: [
      { field: "/input/file", message: "Choose a file", code: "required" },
      { field: "/input/file", message: "Not a file", code: "type" },
    ],
  });
  const problem: unknown = await request("/x").catch((error: unknown) => error);
  expect(isProblem(problem, "bad_input")).toBe(true);
  if (!isProblem(problem)) return;
  expect(problem.message).toBe("Two fields need attention");
  expect(problem.byField.get("/input/file")).toBe("Choose a file");
});

test("no answer at all is a problem of its own", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  const problem: unknown = await request("/x").catch((error: unknown) => error);
  expect(isProblem(problem, "server_away") && problem.isServerAway).toBe(true);
});

test("an aborted request stays an abort", async () => {
  const stop = new AbortController();
  vi.stubGlobal("fetch", () => Promise.reject(new DOMException("Aborted", "AbortError")));
  stop.abort();
  await expect(request("/x", { signal: stop.signal })).rejects.toMatchObject({ name: "AbortError" });
});

test("addresses: repeated filters, links the API gave, nothing for what is not set", () => {
  expect(address("/runs", { status: ["failed", "running"], search: "", workflow: undefined })).toBe(
    "/api/v1/runs?status=failed&status=running",
  );
  expect(address("http://elsewhere/api/v1/runs?cursor=x")).toBe("/api/v1/runs?cursor=x");
});
