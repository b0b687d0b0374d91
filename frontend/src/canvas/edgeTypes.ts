import type { EdgeTypes } from "@xyflow/react";
import { StepEdge } from "./StepEdge";

export const edgeTypes: EdgeTypes = { step: StepEdge };
