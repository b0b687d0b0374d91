import { MantineProvider } from "@mantine/core";
import { ModalsProvider } from "@mantine/modals";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { configure, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { vi } from "vitest";
import type { ContractDetail } from "./wire";

// A busy machine takes its time to draw a page.
configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 60_000 });

/** What the server would answer, by `METHOD path`, without the query. */
export type Answers = Record<string, unknown>;
export interface Asked {
  call: string;
  query: string;
  body: unknown;
  /** The request's Idempotency-Key. */
  key: string | undefined;
}

/** Stands for no answer at all. */
export const SILENCE = Symbol("silence");

/** Answer as the server would; returns what was asked. `{status, body}` under `refuse` is a refusal. */
export function serve(answers: Answers): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (address: string, init: RequestInit) => {
    const url = new URL(address, "http://localhost");
    const call = `${init.method} ${decodeURIComponent(url.pathname.replace("/api/v1", ""))}`;
    const body: unknown = init.body ? JSON.parse(String(init.body)) : null;
    const key = (init.headers as Record<string, string> | undefined)?.["Idempotency-Key"];
    asked.push({ call, query: url.search, body, key });
    const found = answers[call];
    if (found === SILENCE) throw new TypeError("fetch failed");
    const told = found instanceof Refusal || found instanceof Accepted;
    return new Response(JSON.stringify(told ? found.body : (found ?? { detail: call })), {
      status: told ? found.status : found === undefined ? 404 : 200,
      headers: { "Content-Type": found instanceof Refusal ? "application/problem+json" : "application/json" },
    });
  });
  return asked;
}

/** A refusal as problem details. */
export class Refusal {
  constructor(
    readonly status: number,
    readonly body: Record<string, unknown>,
  ) {}
}

/** What was accepted as something new, such as a run. */
export class Accepted {
  readonly status = 202;
  constructor(readonly body: Record<string, unknown>) {}
}

/** jsdom knows neither media queries nor sizes. */
export function browserParts() {
  vi.stubGlobal("matchMedia", () => ({
    matches: false,
    addEventListener: () => {},
    removeEventListener: () => {},
    addListener: () => {},
    removeListener: () => {},
  }));
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  Element.prototype.scrollIntoView = () => {};
  Object.defineProperty(document, "fonts", { configurable: true, value: new EventTarget() });
}

/** Show an element at an address, in all that pages stand in. */
export function show(element: ReactNode, at = "/", path = "*") {
  const router = createMemoryRouter([{ path, element }], { initialEntries: [at] });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const page = (
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <ModalsProvider>
          <Notifications />
          <header id="topbar" />
          <RouterProvider router={router} />
        </ModalsProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
  return { ...render(page), router, client };
}

const version = (number: number, name: string) => ({
  number,
  version: name,
  schema_id: number,
  schema_type: "AVRO" as const,
  digest: `sha256:${number}`,
  created_at: "2026-10-01T10:00:00Z",
  created_by: "ada",
});

/** A contract with two versions, which its reader may change but not bind. */
export function contract(changed: Partial<ContractDetail> = {}): ContractDetail {
  return {
    name: "orders.created.v1",
    project: "sales",
    may: { change: true, bind: false, see_rejected: true },
    pattern: "orders.created.v1",
    compatibility: "BACKWARD",
    own_compatibility: false,
    mode: "READWRITE",
    own_mode: false,
    for_all: { compatibility: "BACKWARD", mode: "READWRITE" },
    system: false,
    latest: version(2, "1.1.0"),
    versions: 2,
    rejected: 3,
    updated_at: "2026-10-01T10:00:00Z",
    all_versions: [version(2, "1.1.0"), version(1, "1.0.0")],
    used_by: [],
    ...changed,
  };
}

export const ME = {
  username: "ada",
  name: "Ada",
  is_staff: false,
  permissions: [] as string[],
  projects: [{ id: 1, slug: "sales", name: "Sales", role: "editor" }],
};

export const page = (results: readonly unknown[], more: Record<string, unknown> = {}) => ({
  next: null,
  previous: null,
  results,
  ...more,
});
