import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { beforeAll, expect, test, vi } from "vitest";
import { browserParts } from "@/contracts/testPage";
import { startI18n } from "@/i18n";
import { IntentSettings } from "./IntentSettings";
import type { NodeForm } from "./useNode";

beforeAll(() => {
  browserParts();
  return startI18n("en");
});

function show(constraints: Record<string, unknown>, problems: Record<string, string>) {
  const set = vi.fn();
  const form: NodeForm = {
    id: "ask",
    kind: "intent",
    fields: { goal: "Add it up", constraints },
    set,
    sources: [],
    problems: new Map(Object.entries(problems)),
  };
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider env="test">
        <IntentSettings form={form} />
      </MantineProvider>
    </QueryClientProvider>,
  );
  return set;
}

test("a constraint that cannot hold says so at its field", () => {
  show({ max_cost: -1 }, { "/constraints/max_cost": "It must be 0 or more." });
  expect(screen.getByRole("alert").textContent).toBe("It must be 0 or more.");
});

test("a constraint that there is not can be taken away", () => {
  const set = show({ region: "eu", colour: "red" }, { "/constraints/colour": "There is none." });
  expect(screen.getByRole("alert").textContent).toBe("There is none.");
  fireEvent.click(screen.getByText("Remove colour"));
  expect(set).toHaveBeenCalledWith({ constraints: { region: "eu" } });
});
