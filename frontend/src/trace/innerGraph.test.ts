import { describe, expect, it } from "vitest";
import { nodeWithin } from "./innerGraph";

describe("the node that stands for a step", () => {
  it("is the outermost in the run's own graph", () => {
    expect(nodeWithin("greet", "")).toBe("greet");
    expect(nodeWithin("greet/each[2]/say", "")).toBe("greet");
    expect(nodeWithin("each[2]/say", "")).toBe("say");
    expect(nodeWithin("each[2]", "")).toBe("each");
  });
  it("is the next one down in a graph that runs inside a step", () => {
    expect(nodeWithin("greet/each[2]/say", "greet")).toBe("say");
    expect(nodeWithin("greet/inner/say", "greet")).toBe("inner");
    expect(nodeWithin("each[1]/greet/say", "each[0]/greet")).toBe("say");
  });
  it("is none outside of it", () => {
    expect(nodeWithin("other/say", "greet")).toBeNull();
    expect(nodeWithin("greet", "greet")).toBeNull();
  });
});
