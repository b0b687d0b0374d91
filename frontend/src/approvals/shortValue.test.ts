import { describe, expect, test } from "vitest";
import { shortValue } from "./shortValue";

describe("a value in a line", () => {
  test.each([
    ["Pay 90 €", "Pay 90 €"],
    [90, "90"],
    [null, "null"],
    [{ a: [1] }, '{"a":[1]}'],
    [{ $artifact: { digest: "sha256:1", name: "sales.csv" } }, "sales.csv"],
    [{ $artifact: 3 }, '{"$artifact":3}'],
  ])("%j is %s", (value, text) => expect(shortValue(value)).toEqual({ text, cut: false }));

  test("a long one is cut between letters", () => {
    const { text, cut } = shortValue("😀".repeat(400));
    expect([cut, Array.from(text).length, text.endsWith("😀…")]).toEqual([true, 281, true]);
  });
});
