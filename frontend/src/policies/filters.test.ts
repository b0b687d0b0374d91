import { describe, expect, it } from "vitest";
import { filtersAny, fits } from "./filters";
import { newPolicy } from "./kinds";

const policy = {
  ...newPolicy("retry"),
  name: "slow-json",
  match: { agent: "json", region: "eu" },
  note: "Too slow",
};
const none = { search: "", kind: "", state: "" };

describe("the filters of the policies", () => {
  it("take words of the name, the note and the match", () => {
    for (const search of ["", "  ", "SLOW", "json eu", "too", "slow-json"])
      expect(fits(policy, { ...none, search }), search).toBe(true);
    for (const search of ["us", "json us"]) expect(fits(policy, { ...none, search }), search).toBe(false);
  });

  it("take the kind, and whether it is on", () => {
    expect(fits(policy, { ...none, kind: "retry", state: "on" })).toBe(true);
    expect(fits(policy, { ...none, kind: "routing" })).toBe(false);
    expect(fits(policy, { ...none, state: "off" })).toBe(false);
    expect(fits({ ...policy, enabled: false }, { ...none, state: "off" })).toBe(true);
  });

  it("let through what an address cannot mean", () => {
    const odd = { ...none, kind: "nonsense", state: "maybe" };
    expect(fits(policy, odd)).toBe(true);
    expect(filtersAny(odd)).toBe(false);
    expect(filtersAny({ ...none, state: "off" })).toBe(true);
  });
});
