import type { NodeTypes } from "@xyflow/react";
import { GroupNode } from "./GroupNode";
import { MapNode } from "./MapNode";
import { NoteNode } from "./NoteNode";
import { StepNode } from "./StepNode";

export const nodeTypes: NodeTypes = {
  start: StepNode,
  end: StepNode,
  agent: StepNode,
  http: StepNode,
  condition: StepNode,
  switch: StepNode,
  join: StepNode,
  transform: StepNode,
  wait: StepNode,
  workflow: StepNode,
  llm: StepNode,
  plan: StepNode,
  intent: StepNode,
  memory: StepNode,
  approval: StepNode,
  signal: StepNode,
  emit: StepNode,
  map: MapNode,
  loop: MapNode,
  note: NoteNode,
  group: GroupNode,
};
