import { type ConnectionLineComponentProps, getSmoothStepPath } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import { refusal } from "@/graph/connect";
import { useAgentSchemas } from "@/stores/catalogue";
import { useDocument } from "@/stores/document";
import classes from "./ConnectionLine.module.css";
import { shownTitle } from "./nodes/shownTitle";
import { refusalText } from "./refusalText";

/** The edge while it is drawn; over a step that cannot take it, the reason stands at the cursor. */
export function ConnectionLine(props: ConnectionLineComponentProps) {
  const { fromX, fromY, toX, toY, fromPosition, toPosition, fromNode, fromHandle, toNode } = props;
  const { t } = useTranslation("canvas");
  const catalogue = useAgentSchemas();
  const draft = useDocument((state) => state.draft);
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
      <path d={path} fill="none" className={refused ? classes.refused : classes.line} />
      {refused && (
        <foreignObject x={toX + 12} y={toY + 12} width={300} height={120} className={classes.place}>
          <div className={classes.reason}>{refusalText(t, refused, (id) => shownTitle(t, id))}</div>
        </foreignObject>
      )}
    </g>
  );
}
