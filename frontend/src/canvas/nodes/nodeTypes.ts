import type { NodeTypes } from "@xyflow/react";
import { ContainerNode } from "./ContainerNode";
import { GroupNode } from "./GroupNode";
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
  map: ContainerNode,
  loop: ContainerNode,
  note: NoteNode,
  group: GroupNode,
};
