/** Small graphs and schemas for tests. */
import { type Graph, toDraft } from "./model";
import type { JsonSchema } from "./schema";
import type { AgentSchemas, Catalogue } from "./scope";

export const TABLE: JsonSchema = { type: "object", "x-type": "table" };
export const FILE: JsonSchema = { type: "object", "x-type": "file" };

const object = (properties: Record<string, JsonSchema>, required: string[] = []): JsonSchema => ({
  type: "object",
  properties,
  required,
});

const AGENTS: Record<string, AgentSchemas> = {
  "csv-parse": {
    input: object({ file: FILE, delimiter: { enum: ["auto", ";"], default: "auto" } }, ["file"]),
    output: object({ table: TABLE, encoding: { type: "string" } }),
  },
  "pandas-exec": {
    input: object({ table: TABLE, operations: { type: "array" } }, ["table", "operations"]),
    output: object({ table: TABLE }),
  },
  text: {
    input: object({ text: { type: "string" } }, ["text"]),
    output: object({ text: { type: "string" }, count: { type: "integer" } }),
  },
};

export const catalogue: Catalogue = (agent) => AGENTS[agent];

/** start → parse (csv-parse), and table (pandas-exec), words (text), each (a map with inner) standing free. */
export const graph: Graph = {
  schema: "agentcluster.workflow/v1",
  nodes: [
    {
      id: "start",
      kind: "start",
      position: { x: 0, y: 0 },
      schema: { ...object({ file: FILE, limit: { type: "integer" } }) },
    },
    {
      id: "parse",
      kind: "agent",
      agent: "csv-parse",
      position: { x: 300, y: 0 },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of a workflow
      input: { file: "${ input.file }" },
    },
    { id: "table", kind: "agent", agent: "pandas-exec", position: { x: 600, y: 0 }, input: {} },
    { id: "words", kind: "agent", agent: "text", position: { x: 600, y: 200 }, input: {} },
    { id: "each", kind: "map", position: { x: 900, y: 0 }, size: { x: 560, y: 260 }, items: "" },
    { id: "inner", kind: "agent", agent: "text", parent: "each", position: { x: 24, y: 60 }, input: {} },
    { id: "end", kind: "end", position: { x: 1500, y: 0 }, output: {} },
  ],
  edges: [{ source: "start", target: "parse" }],
};

export const draft = () => toDraft(graph);
