import { describe, expect, it } from "vitest";
import { figureTitle, legendOf, without } from "./figure";
import type { Figure } from "./plotly";

const LINES: Figure = {
  data: [
    { type: "scatter", name: "North", line: { color: "#123456" } },
    { type: "scatter", name: "South" },
    { type: "scatter", name: "Target", showlegend: false },
  ],
  layout: { title: { text: "Weekly revenue" } },
};

describe("a figure", () => {
  it("has its title as text or as an object", () => {
    expect(figureTitle(LINES)).toBe("Weekly revenue");
    expect(figureTitle({ data: [], layout: { title: "Plain" as never } })).toBe("Plain");
    expect(figureTitle({ data: [], layout: {} })).toBe("");
  });

  it("names each line by the colour it is drawn in", () => {
    expect(legendOf(LINES, ["red", "green"])).toEqual([
      { index: 0, name: "North", colour: "#123456" },
      { index: 1, name: "South", colour: "green" },
    ]);
  });

  it("needs no legend for one line, for a pie, or when it says so", () => {
    expect(legendOf({ ...LINES, data: LINES.data.slice(0, 1) }, ["red"])).toEqual([]);
    expect(legendOf({ ...LINES, layout: { showlegend: false } }, ["red"])).toEqual([]);
    const pies: Figure = {
      data: [
        { type: "pie", name: "a" },
        { type: "pie", name: "b" },
      ],
      layout: {},
    };
    expect(legendOf(pies, ["red"])).toEqual([]);
  });

  it("leaves out what was switched off, keeping everybody's place", () => {
    const [north, south, target] = LINES.data;
    expect(without(LINES.data, new Set([1]))).toEqual([north, { ...south, visible: false }, target]);
  });
});
