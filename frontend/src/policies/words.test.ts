import i18next from "i18next";
import { beforeAll, expect, test } from "vitest";
import { startI18n } from "@/i18n";
import { shortName, specWords, valueWords } from "./words";

beforeAll(() => startI18n("en"));

const t = () => i18next.getFixedT("en", "policies");

test("a spec is told with its units, not with numbers alone", () => {
  expect(specWords({ concurrent: 60, wait_ms: 400 }, t())).toBe("At a time 60 · Wait 400 ms");
  expect(specWords({ error_rate: 0.3, window_s: 90 }, t())).toBe("Error rate 30 % · Window 90 s");
  expect(specWords({ first_s: 0.5, max_s: 3600, slow_ms: 2000, stale_ms: 0 }, t())).toBe(
    "First pause 0.5 s · Longest pause 1 h · Slow above 2 s · Stale after 0 ms",
  );
  expect(specWords({ rate: 20, per: "token" }, t())).toBe("Rate 20 a second · Counted per API token");
  expect(specWords({ steps: [5, 50], attempts: 4 }, t())).toBe("Steps 5 %, 50 % · Attempts 4");
});

test("a share is told in per cent, and a switch as yes or no", () => {
  expect(specWords({ min: 1, max: 8, target: 0.7, bring_back: true }, t())).toBe(
    "At least 1 · At most 8 · Target load 70 % · Numbers set by hand, too yes",
  );
});

test("a name stands without its unit where the value has one", () => {
  expect(shortName("slow_ms", t())).toBe("Slow above");
  expect(valueWords("value", { text: "later" }, t())).toBe('{"text":"later"}');
});
