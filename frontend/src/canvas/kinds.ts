import {
  IconArrowsJoin,
  IconArrowsSplit2,
  IconFlag,
  IconFrame,
  IconGitBranch,
  IconNote,
  IconPlayerPlay,
  IconRepeat,
  IconRobot,
  IconTransform,
  IconWorldWww,
  type TablerIcon,
} from "@tabler/icons-react";
import { CONTAINER_SIZE, type Fields, type NodeKind } from "@/graph/model";
import { agentIcon } from "@/ui/agentIcons";
import { type Tint, tintOf } from "@/ui/IconChip";
import type { Agent } from "@/wire/types";

export interface Look {
  icon: TablerIcon;
  tint: Tint;
}

const LOOKS: Readonly<Record<NodeKind, Look>> = {
  start: { icon: IconPlayerPlay, tint: "flow" },
  end: { icon: IconFlag, tint: "flow" },
  agent: { icon: IconRobot, tint: "data" },
  http: { icon: IconWorldWww, tint: "network" },
  condition: { icon: IconGitBranch, tint: "flow" },
  switch: { icon: IconArrowsSplit2, tint: "flow" },
  join: { icon: IconArrowsJoin, tint: "flow" },
  transform: { icon: IconTransform, tint: "reasoning" },
  map: { icon: IconRepeat, tint: "reasoning" },
  note: { icon: IconNote, tint: "people" },
  group: { icon: IconFrame, tint: "flow" },
};

export function lookOf(kind: NodeKind, agent?: Agent): Look {
  return agent ? { icon: agentIcon(agent.icon), tint: tintOf(agent.category) } : LOOKS[kind];
}

/** The kinds the palette offers beside the agents, in its order. */
export const FLOW_KINDS = [
  "start",
  "end",
  "condition",
  "switch",
  "join",
  "map",
  "transform",
  "http",
  "note",
  "group",
] as const satisfies readonly NodeKind[];

const DEFAULTS: Readonly<Partial<Record<NodeKind, Fields>>> = {
  start: { schema: { type: "object", properties: {}, required: [] } },
  end: { output: {} },
  agent: { input: {} },
  http: { input: {} },
  condition: { expression: "" },
  switch: { cases: [{ port: "case_1", expression: "" }] },
  join: { mode: "all" },
  transform: { output: {} },
  map: { items: "", concurrency: 10 },
  note: { text: "" },
  group: { colour: "gray" },
};

/** What a new node of a kind starts with. */
export function newFields(kind: NodeKind): Fields {
  return structuredClone(DEFAULTS[kind] ?? {});
}

export function newSize(kind: NodeKind): { x: number; y: number } | undefined {
  if (kind === "map") return { x: CONTAINER_SIZE.x ?? 560, y: CONTAINER_SIZE.y ?? 260 };
  if (kind === "group") return { x: 420, y: 260 };
  return undefined;
}
