import { describe, expect, it } from "vitest";
import { detailAt } from "./useDetail";

describe("what a card shows from afar", () => {
  it("is all of it while it can be read, then its title, then its colour", () => {
    expect(detailAt(1)).toBe("near");
    expect(detailAt(0.55)).toBe("near");
    expect(detailAt(0.36)).toBe("mid");
    expect(detailAt(0.15)).toBe("far");
  });
});
