import { describe, expect, it } from "vitest";
import { type Box, keepInView } from "./keepInView";

const ROW: Box[] = [0, 300, 600].map((x) => ({ x, y: 0, width: 240, height: 64 }));
const WIDE = { width: 1100, height: 850 };
const AS_IS = { x: 100, y: 400, zoom: 1 };

describe("the view when the canvas changes its size", () => {
  it("moves the steps up when a panel opens below them", () => {
    const view = keepInView({ boxes: ROW, viewport: AS_IS, from: WIDE, to: { width: 1100, height: 350 } });
    expect(view.zoom).toBe(1);
    expect(view.x).toBe(100);
    expect(view.y + 64).toBeLessThanOrEqual(350 - 68);
  });

  it("makes them smaller when they do not fit beside a panel", () => {
    const view = keepInView({ boxes: ROW, viewport: AS_IS, from: WIDE, to: { width: 700, height: 850 } });
    expect(view.zoom).toBeLessThan(1);
    expect(view.x).toBeGreaterThanOrEqual(24);
    expect(view.x + 840 * view.zoom).toBeLessThanOrEqual(676.01);
  });

  it("does not make them too small to read, and keeps the selected one in view", () => {
    const focus = ROW[2] as Box;
    const to = { width: 300, height: 400 };
    const view = keepInView({ boxes: ROW, focus, viewport: AS_IS, from: WIDE, to });
    expect(view.zoom).toBe(0.5);
    expect(focus.x * view.zoom + view.x).toBeGreaterThanOrEqual(24);
    expect((focus.x + focus.width) * view.zoom + view.x).toBeLessThanOrEqual(276);
  });

  it("leaves out what was not seen before", () => {
    const boxes = [...ROW, { x: 9000, y: 0, width: 240, height: 64 }];
    const to = { width: 1100, height: 600 };
    expect(keepInView({ boxes, viewport: AS_IS, from: WIDE, to })).toEqual(AS_IS);
  });

  it("does not move an empty canvas", () => {
    expect(keepInView({ boxes: [], viewport: AS_IS, from: WIDE, to: { width: 10, height: 10 } })).toBe(AS_IS);
  });
});
