import type { Graph } from "@/wire/types";
import { serverWords } from "./serverWords";

/** What people read in a graph: titles of steps and of fields in forms, notes and explanations. */
const READ = new Set(["title", "description", "text"]);

/** The graph of a template in the reader's language; the very same one where there is nothing to translate. */
export function inOwnWords(graph: Graph): Graph {
  const nodes = graph.nodes?.map((node) => translated(node));
  return nodes?.some((node, index) => node !== graph.nodes?.[index]) ? { ...graph, nodes } : graph;
}

function translated<T>(value: T, name?: string): T;
function translated(value: unknown, name = ""): unknown {
  if (typeof value === "string") return READ.has(name) ? serverWords("template", value) : value;
  if (Array.isArray(value)) {
    const items = value.map((item) => translated(item));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (typeof value !== "object" || value === null) return value;
  const before = Object.entries(value);
  const after = before.map(([key, item]) => [key, translated(item, key)] as const);
  return after.some(([, item], index) => item !== before[index]?.[1]) ? Object.fromEntries(after) : value;
}
