import { Handle, Position } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import { COMPENSATE } from "@/graph/compensation";
import type { NodeKind } from "@/graph/model";
import { traitsOf } from "@/graph/traits";
import { useEditable, useIsUndone } from "../model";
import classes from "./StepNode.module.css";

/** Where the edge to the step that undoes this one begins: at the card's foot, seen on hover or when it is used. */
export function UndoHandle({ id, kind }: { id: string; kind: NodeKind }) {
  const { t } = useTranslation("canvas");
  const wanted = useEditable();
  const used = useIsUndone(id);
  if (!traitsOf(kind).undoable || !(wanted || used)) return null;
  return (
    <Handle
      type="source"
      id={COMPENSATE}
      position={Position.Bottom}
      className={classes.undo}
      title={t("port.compensateHint")}
      data-label={t("port.compensate")}
    />
  );
}
