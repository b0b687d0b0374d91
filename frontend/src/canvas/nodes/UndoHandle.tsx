import { Handle, Position } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import { COMPENSATE } from "@/graph/compensation";
import type { NodeKind } from "@/graph/model";
import { traitsOf } from "@/graph/traits";
import { useEditable } from "../model";
import classes from "./StepNode.module.css";

/** Where the edge to the step that undoes this one begins: at the card's foot, seen on hover. */
export function UndoHandle({ kind }: { kind: NodeKind }) {
  const { t } = useTranslation("canvas");
  const editable = useEditable();
  if (!traitsOf(kind).undoable) return null;
  return (
    <Handle
      type="source"
      id={COMPENSATE}
      position={Position.Bottom}
      className={classes.undo}
      data-still={!editable || undefined}
      title={t("port.compensateHint")}
      data-label={t("port.compensate")}
    />
  );
}
