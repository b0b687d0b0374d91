import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { useFields } from "../model";
import classes from "./GroupNode.module.css";
import { Resizer } from "./Resizer";

/** A coloured frame for the eye. */
export const GroupNode = memo(function GroupNode({ id, selected }: NodeProps) {
  const { t } = useTranslation("canvas");
  const { title, colour } = useFields(id) as { title?: string; colour?: string };
  return (
    <div className={classes.group} data-colour={colour ?? "gray"} data-selected={selected || undefined}>
      <Resizer id={id} visible={selected} />
      <div className={classes.title}>{title || t("kind.group.title")}</div>
    </div>
  );
});
