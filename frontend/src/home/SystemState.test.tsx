import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { beforeAll, expect, test, vi } from "vitest";
import { browserParts } from "@/contracts/testPage";
import { startI18n } from "@/i18n";
import { keys } from "@/wire/queries";
import { SystemState } from "./SystemState";

beforeAll(async () => {
  await startI18n("en");
  browserParts();
  vi.stubGlobal("fetch", () => new Promise(() => {}));
});

function show(nodes: readonly string[], ok = true) {
  const client = new QueryClient();
  client.setQueryData(keys.health, { status: "ok", checks: { redis: { ok, detail: "writable" } } });
  client.setQueryData(keys.nodes, { nodes: nodes.map((status) => ({ status })), live: true });
  render(
    <MantineProvider>
      <QueryClientProvider client={client}>
        <MemoryRouter>
          <SystemState />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return screen.getByRole("heading");
}

test("all systems work while every part does and every node is there", () => {
  expect(show(["active", "active"]).textContent).toContain("All systems work");
});

test("a node out of reach is said, with the way to it", () => {
  expect(show(["active", "unreachable"]).textContent).toContain("1 node is out of reach");
  expect(screen.getByRole("link").getAttribute("href")).toBe("/nodes?health=unreachable");
});

test("a part that does not work comes first", () => {
  expect(show(["failed"], false).textContent).toContain("1 part needs attention");
});
