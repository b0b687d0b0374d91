import {
  IconArrowsJoin,
  IconArrowsSplit2,
  IconBellRinging,
  IconBroadcast,
  IconFlag,
  IconFrame,
  IconGitBranch,
  IconHierarchy2,
  IconHourglass,
  IconListTree,
  IconNote,
  IconPlayerPlay,
  IconRepeat,
  IconRobot,
  IconRotateClockwise,
  IconSparkles,
  IconStack2,
  IconTargetArrow,
  IconTransform,
  IconUserCheck,
  IconWorldWww,
  type TablerIcon,
} from "@tabler/icons-react";
import { CONTAINER_SIZE, type Fields, isContainer, type NodeKind } from "@/graph/model";
import { agentIcon } from "@/ui/agentIcons";
import { type Tint, tintOf } from "@/ui/IconChip";
import type { Agent } from "@/wire/types";

export interface Look {
  icon: TablerIcon;
  tint: Tint;
}

/** How each kind looks, on the canvas, in the palette and in a trace. */
const LOOKS: Readonly<Record<NodeKind, Look>> = {
  start: { icon: IconPlayerPlay, tint: "flow" },
  end: { icon: IconFlag, tint: "flow" },
  condition: { icon: IconGitBranch, tint: "flow" },
  switch: { icon: IconArrowsSplit2, tint: "flow" },
  join: { icon: IconArrowsJoin, tint: "flow" },
  map: { icon: IconRepeat, tint: "flow" },
  loop: { icon: IconRotateClockwise, tint: "flow" },
  workflow: { icon: IconHierarchy2, tint: "flow" },
  wait: { icon: IconHourglass, tint: "flow" },
  transform: { icon: IconTransform, tint: "flow" },
  agent: { icon: IconRobot, tint: "data" },
  llm: { icon: IconSparkles, tint: "reasoning" },
  plan: { icon: IconListTree, tint: "reasoning" },
  intent: { icon: IconTargetArrow, tint: "reasoning" },
  http: { icon: IconWorldWww, tint: "network" },
  memory: { icon: IconStack2, tint: "data" },
  approval: { icon: IconUserCheck, tint: "people" },
  signal: { icon: IconBellRinging, tint: "events" },
  emit: { icon: IconBroadcast, tint: "events" },
  note: { icon: IconNote, tint: "people" },
  group: { icon: IconFrame, tint: "flow" },
};

export function lookOf(kind: NodeKind, agent?: Agent): Look {
  return agent ? { icon: agentIcon(agent.icon), tint: tintOf(agent.category) } : LOOKS[kind];
}

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
  loop: { condition: "", max_iterations: 100 },
  workflow: { workflow: "", input: {} },
  wait: { seconds: 60 },
  llm: { input: {} },
  plan: { instruction: "", input: {} },
  intent: { goal: "", input: {} },
  memory: { input: {} },
  approval: { message: "" },
  signal: { name: "" },
  emit: { input: {} },
  note: { text: "" },
  group: { colour: "gray" },
};

/** What a new node of a kind starts with. */
export function newFields(kind: NodeKind): Fields {
  return structuredClone(DEFAULTS[kind] ?? {});
}

export function newSize(kind: NodeKind): { x: number; y: number } | undefined {
  if (isContainer(kind)) return { x: CONTAINER_SIZE.x ?? 560, y: CONTAINER_SIZE.y ?? 260 };
  if (kind === "group") return { x: 420, y: 260 };
  return undefined;
}
