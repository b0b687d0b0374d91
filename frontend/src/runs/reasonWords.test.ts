import i18next from "i18next";
import { expect, test } from "vitest";
import { startI18n } from "@/i18n";
import { reasonWords } from "./reasonWords";

const told = (reason: string) => reasonWords(reason, i18next.getFixedT(i18next.language, "runs"));

test("a reason is told as the server says it, in English", async () => {
  await startI18n("en");
  expect(told("Paused by ada.")).toBe("Paused by ada.");
  expect(told("Paused by ada, and 1 more.")).toBe("Paused by ada. (and 1 more)");
});

test("a reason is told in the reader's language, with the others beside it", async () => {
  await startI18n("zh-Hans");
  expect(told("Paused by ada.")).toBe("已被 ada 暂停。");
  expect(told("Paused by ada, and 2 more.")).toBe("已被 ada 暂停。（另有 2 项）");
});
