import { type ConnectionLineComponentProps, getSmoothStepPath } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import { refusal } from "@/graph/connect";
import { remove } from "@/graph/edit";
import type { Draft } from "@/graph/model";
import { useAgentSchemas } from "@/stores/catalogue";
import { useDocument } from "@/stores/document";
import { useView } from "@/stores/view";
import classes from "./ConnectionLine.module.css";
import { shownTitle } from "./nodes/shownTitle";
import { refusalText } from "./refusalText";

function withoutMoving(draft: Draft, moving: string | null): Draft {
  return moving ? remove(draft, [], [moving]) : draft;
}

/** The edge while it is drawn; over a step that cannot take it, the reason stands at the cursor. */
export function ConnectionLine(props: ConnectionLineComponentProps) {
  const { fromX, fromY, toX, toY, fromPosition, toPosition, fromNode, fromHandle, toNode } = props;
  const { t } = useTranslation("canvas");
  const catalogue = useAgentSchemas();
  const draft = withoutMoving(
    useDocument((state) => state.draft),
    useView((state) => state.moving),
  );
  const [path] = getSmoothStepPath({
    sourceX: fromX,
    sourceY: fromY,
    sourcePosition: fromPosition,
    targetX: toX,
    targetY: toY,
    targetPosition: toPosition,
    borderRadius: 12,
    offset: 22,
  });
  const wish = toNode &&
    toNode.id !== fromNode.id && { source: fromNode.id, target: toNode.id, port: fromHandle.id ?? "out" };
  const refused = wish && fromHandle.type === "source" ? refusal(draft, wish, catalogue) : undefined;
  return (
    <g>
      <path
        d={path}
        fill="none"
        className={refused ? classes.refused : classes.line}
        data-port={fromHandle.id ?? "out"}
      />
      {refused && (
        <foreignObject x={toX + 12} y={toY + 12} width={300} height={120} className={classes.place}>
          <div className={classes.reason}>{refusalText(t, refused, (id) => shownTitle(t, id))}</div>
        </foreignObject>
      )}
    </g>
  );
}
