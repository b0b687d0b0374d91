import { screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { browserParts, page, serve, show } from "@/contracts/testPage";
import { startI18n } from "@/i18n";
import { DeploymentHistory } from "./DeploymentHistory";

const WHY =
  "At work or waiting: 34 calls, 170 % of the 20 that the instances take at a time; the target is 70 %.";
const change = { version: "1.2.0", action: "scale", weight: 100, at: "2026-10-01T10:00:00Z" };
const BY_POLICY = { ...change, replicas: 3, by: "policy by-load v7", why: WHY };
const BY_HAND = { ...change, action: "create", replicas: 1, by: "ada", why: "", at: "2026-10-01T09:00:00Z" };

beforeEach(browserParts);
afterEach(() => vi.unstubAllGlobals());

async function rows(label: string) {
  serve({ "GET /deployments/summarize/changes": page([BY_POLICY, BY_HAND]) });
  show(<DeploymentHistory agent="summarize" />);
  const list = await screen.findByRole("list", { name: label });
  return within(list)
    .getAllByRole("listitem")
    .map((row) => row.textContent);
}

test("who changed a number is told, and why a policy did", async () => {
  await startI18n("en");
  const [policy, hand] = await rows("Changes of the deployments");
  expect(policy).toContain("1.2.0: 3 instances");
  expect(policy).toContain(`By the policy by-load (set 7). ${WHY}`);
  expect(hand).toContain("1.2.0: 1 instance");
  expect(hand).toContain("ada");
});

test("in Chinese the policy, its set and its reason are told in Chinese", async () => {
  await startI18n("zh-Hans");
  const [policy, hand] = await rows("部署的变更");
  expect(policy).toContain("1.2.0：3 个实例");
  expect(policy).toContain("由策略 by-load 更改（第 7 版）。");
  expect(policy).toContain("34 个");
  expect(policy).not.toContain("At work");
  expect(hand).toContain("ada");
});
