import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { BreakerMark } from "@/agents/BreakerMark";
import { browserParts, serve, show } from "@/contracts/testPage";
import { UsedBy } from "@/contracts/UsedBy";
import type { ContractUser } from "@/contracts/wire";
import { startI18n } from "@/i18n";
import { Propagation } from "@/policies/Propagation";
import type { Breaker } from "@/wire/routing";

beforeAll(() => startI18n("zh-Hans"));
beforeEach(browserParts);
afterEach(() => vi.unstubAllGlobals());

test("a breaker says why it opened", async () => {
  const reason = "5 of 10 calls within 30 s failed; the last: slower than 500 ms.";
  const breaker = { state: "open", reason, calls: 10, error_rate: 0.5 } as Breaker;
  show(<BreakerMark breaker={breaker} />);
  await userEvent.hover(screen.getByText(/50%/));
  expect(await screen.findByText("30 秒内的 10 个调用中有 5 个失败；最近一次：慢于 500 毫秒。")).toBeTruthy();
});

test("a contract says how an agent does not fit it", () => {
  const user: ContractUser = {
    kind: "agent",
    name: "csv@1.0.0",
    role: "consumer",
    detail: "input",
    url: "/agents/csv",
    problem: "orders: of messages of the contract, “id” is required, but may be missing in them.",
  };
  show(<UsedBy users={[user]} />);
  expect(screen.getByText("智能体输入")).toBeTruthy();
  expect(screen.getByText("orders：契约的消息中，“id”为必填，但消息中可能没有。")).toBeTruthy();
});

test("policies say why nobody knows how far they have come", async () => {
  const detail = "Redis cannot be reached right now: Connection refused";
  serve({ "GET /policies/state": { number: 3, at_ms: 0, known: false, detail, behind: 0, processes: [] } });
  show(<Propagation number={3} />);
  await userEvent.click(await screen.findByRole("button"));
  expect(await screen.findByText("目前无法连接 Redis：Connection refused")).toBeTruthy();
});
