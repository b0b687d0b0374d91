import { describe, expect, it } from "vitest";
import { defaultsOf, filledMatch, KINDS, matchFields, newPolicy, valueAt } from "./kinds";

describe("policies", () => {
  it("offers only parts of a match that can hold", () => {
    expect(matchFields("rate_limit", {})).toEqual(["tag", "region"]);
    expect(matchFields("rate_limit", { per: "agent" })).toEqual(["agent", "version", "region"]);
    for (const kind of KINDS) expect(matchFields(kind, {})).toContain("region");
  });

  it("leaves empty parts of a match out", () => {
    expect(filledMatch({ agent: "json", region: " ", tag: "" })).toEqual({ agent: "json" });
  });

  it("finds a field by its pointer", () => {
    const policy = { ...newPolicy("routing"), spec: { version_weights: { "a/b": 5 } } };
    expect(valueAt(policy, "/spec/version_weights/a~1b")).toBe(5);
    expect(valueAt(policy, "/spec/stale_ms")).toBeUndefined();
    expect(valueAt(null, "/spec")).toBeUndefined();
  });

  it("reads the defaults out of a schema", () => {
    expect(defaultsOf({ properties: { rate: { default: 100 }, value: {} } })).toEqual({
      rate: 100,
      value: null,
    });
  });
});
