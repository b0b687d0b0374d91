import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "vite";
import { describe, expect, it } from "vitest";

const SRC = join(import.meta.dirname, "..");
/** Attributes people read or hear. */
const SPOKEN =
  /^(aria-(label|description|placeholder|roledescription|valuetext)|alt|description|label|placeholder|title)$/;
/** What is no text in any language: names of signals, subjects and streams given as examples. */
const CODE = /^(orders|[a-z]+([._*>:/-]+[a-z*>]*)+)$/;

interface Node {
  type: string;
  [part: string]: unknown;
}

/** Texts written into the JSX itself: children, and literals in attributes people read. */
function literalsIn(source: string, name: string): string[] {
  const found: string[] = [];
  const keep = (value: unknown) => {
    if (typeof value === "string" && /[A-Za-z\u4e00-\u9fff]{2}/.test(value) && !CODE.test(value.trim()))
      found.push(`${name}: ${value.trim()}`);
  };
  const readable = (node: Node) => {
    if (node.type === "Literal") keep(node.value);
    if (node.type === "TemplateLiteral")
      for (const part of node.quasis as Node[]) keep((part.value as Node).cooked);
    if (node.type === "ConditionalExpression")
      for (const way of [node.consequent, node.alternate]) readable(way as Node);
    if (node.type === "LogicalExpression") readable(node.right as Node);
    if (node.type === "JSXExpressionContainer") readable(node.expression as Node);
  };
  const visit = (value: unknown) => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    if (typeof value !== "object" || value === null || !("type" in value)) return;
    const node = value as Node;
    if (node.type === "JSXText") keep(node.value);
    if (node.type === "JSXAttribute" && SPOKEN.test(String((node.name as Node).name)) && node.value)
      readable(node.value as Node);
    if (node.type === "JSXElement" || node.type === "JSXFragment")
      for (const child of node.children as Node[])
        if (child.type === "JSXExpressionContainer") readable(child);
    for (const part of Object.values(node)) visit(part);
  };
  visit(parseSync(name, source).program);
  return found;
}

describe("the page's source", () => {
  it("finds what is written into it", () => {
    const source = `const a = <B title="Close it" label={ok ? "Yes" : t("no")}>Some {"more"} <C aria-label={\`Go \${x}\`} /></B>;`;
    expect(literalsIn(source, "a.tsx").map((each) => each.slice(7))).toEqual([
      "more",
      "Close it",
      "Yes",
      "Some",
      "Go",
    ]);
  });

  it("says nothing that is not in the catalogue", () => {
    const files = readdirSync(SRC, { recursive: true, encoding: "utf8" });
    const sources = files.filter((name) => name.endsWith(".tsx") && !name.endsWith(".test.tsx"));
    expect(sources.flatMap((name) => literalsIn(readFileSync(join(SRC, name), "utf8"), name))).toEqual([]);
  });
});
