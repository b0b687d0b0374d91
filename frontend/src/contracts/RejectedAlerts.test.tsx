import { notifications } from "@mantine/notifications";
import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { startI18n } from "@/i18n";
import { RejectedAlerts } from "./RejectedAlerts";
import { RejectedCount } from "./RejectedCount";
import { RejectedNotice } from "./RejectedNotice";
import { browserParts, page, serve, show } from "./testPage";
import { useSeen } from "./unread";

const ORDERS = "orders.created.v1";
const counts = (...those: [string, number][]) =>
  page(those.map(([contract, count]) => ({ contract, count })));

beforeAll(() => startI18n("en"));
beforeEach(() => {
  browserParts();
  useSeen.setState({ counts: {} });
});
afterEach(() => {
  act(() => notifications.clean());
  vi.unstubAllGlobals();
});

const everything = (
  <>
    <RejectedCount />
    <RejectedNotice />
    <RejectedAlerts />
  </>
);

test("the badge counts what is new, in words, too; the notice leads to it", async () => {
  serve({ "GET /rejected-messages": counts([ORDERS, 3], ["b", 1], ["c", 1], ["d", 1], ["e", 1]) });
  show(everything);
  await screen.findAllByText("7 new rejected messages");
  expect(screen.getByTitle("7 new rejected messages").textContent).toContain("7");
  expect(screen.getByRole("link", { name: ORDERS }).getAttribute("href")).toBe(
    `/contracts/${ORDERS}?tab=rejected`,
  );
  expect(screen.getByRole("link", { name: "2 more contracts" }).getAttribute("href")).toBe(
    "/contracts?rejected=true",
  );
  expect(screen.queryByRole("alert")).toBeNull();
});

test("marking them as seen takes badge and notice away", async () => {
  serve({ "GET /rejected-messages": counts([ORDERS, 3]) });
  show(everything);
  await userEvent.click(await screen.findByRole("button", { name: "Mark as seen" }));
  expect(screen.queryByText("3 new rejected messages")).toBeNull();
});

test("nothing is shown without rejected messages, nor while nobody knows", async () => {
  serve({});
  const { container } = show(everything);
  await waitFor(() => expect(container.querySelector("#topbar")).toBeTruthy());
  expect(screen.queryByText(/rejected/)).toBeNull();
});

test("what comes while the page is open is told, and leads to the messages", async () => {
  const answers: Record<string, unknown> = { "GET /rejected-messages": counts([ORDERS, 3]) };
  serve(answers);
  const { client, router } = show(everything);
  await screen.findAllByText("3 new rejected messages");
  answers["GET /rejected-messages"] = counts([ORDERS, 5]);
  await act(() => client.invalidateQueries());
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("2 messages were rejected");
  expect(alert.textContent).toContain(ORDERS);
  await userEvent.click(screen.getByRole("link", { name: "Look at them" }));
  expect(router.state.location.pathname + router.state.location.search).toBe(
    `/contracts/${ORDERS}?tab=rejected`,
  );
});

test("who looks at the contract already is not told again", async () => {
  const answers: Record<string, unknown> = { "GET /rejected-messages": counts([ORDERS, 3]) };
  serve(answers);
  const { client } = show(everything, `/contracts/${ORDERS}?tab=rejected`);
  await screen.findAllByText("3 new rejected messages");
  answers["GET /rejected-messages"] = counts([ORDERS, 5]);
  await act(() => client.invalidateQueries());
  await screen.findAllByText("5 new rejected messages");
  expect(screen.queryByRole("alert")).toBeNull();
});
