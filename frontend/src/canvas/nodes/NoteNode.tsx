import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { useFields } from "../model";
import classes from "./NoteNode.module.css";

/** A comment for the eye. */
export const NoteNode = memo(function NoteNode({ id, selected }: NodeProps) {
  const { t } = useTranslation("canvas");
  const { title, text } = useFields(id) as { title?: string; text?: string };
  return (
    <div className={classes.note} data-selected={selected || undefined}>
      {title && <div className={classes.title}>{title}</div>}
      <div className={classes.text}>{text || t("note.empty")}</div>
    </div>
  );
});
