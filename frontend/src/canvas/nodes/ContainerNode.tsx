import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { NodeKind } from "@/graph/model";
import { outPorts } from "@/graph/ports";
import { useIsHovered } from "@/stores/hover";
import { IconChip } from "@/ui/IconChip";
import { statusColour } from "@/ui/StatusMark";
import { lookOf } from "../kinds";
import { useFields, useIsUndone, useNodeOverlay } from "../model";
import { BadgeList } from "./Badges";
import classes from "./ContainerNode.module.css";
import { nodeTitle, quietLine } from "./captions";
import { ProblemBadge } from "./ProblemBadge";
import { Resizer } from "./Resizer";
import { RunFoot } from "./RunFoot";
import card from "./StepNode.module.css";
import { UndoHandle } from "./UndoHandle";

/** As far down as the ways of a step's card, so that lines between them are straight. */
const WAY = 28;

/** A container: the steps inside run once for each item, or again and again while a condition holds. */
export const ContainerNode = memo(function ContainerNode({ id, type, selected }: NodeProps) {
  const kind = type as NodeKind;
  const { t, i18n } = useTranslation("canvas");
  const fields = useFields(id);
  const overlay = useNodeOverlay(id);
  const undone = useIsUndone(id);
  const lit = useIsHovered(id) && overlay !== null;
  const look = lookOf(kind);
  const quiet = quietLine(t, kind, fields, undefined, i18n.language);
  const title = nodeTitle(t, kind, fields, undefined, i18n.language);
  return (
    <div
      className={`${card.card} ${classes.frame}`}
      data-selected={selected || undefined}
      data-lit={lit || undefined}
      data-status={overlay?.status}
      data-undone={undone || undefined}
      style={overlay ? ({ "--status": statusColour(overlay.status) } as React.CSSProperties) : undefined}
    >
      <Resizer id={id} visible={selected} />
      <Handle type="target" position={Position.Left} className={card.in} style={{ top: WAY }} />
      <div className={`${card.head} ${classes.head}`}>
        <IconChip icon={look.icon} tint={look.tint} size={26} />
        <div className={classes.title} title={title}>
          {title}
        </div>
        <div className={`${card.quiet} ${classes.quiet}`} title={quiet}>
          {quiet}
        </div>
        <BadgeList fields={fields} />
        {overlay && <RunFoot overlay={overlay} inHead />}
        <ProblemBadge id={id} />
      </div>
      <div className={classes.room} />
      {outPorts(kind, fields).map((port, index) => (
        <Handle
          key={port}
          type="source"
          id={port}
          position={Position.Right}
          className={card.out}
          data-port={port}
          title={t(`port.${port}`, { defaultValue: port })}
          style={{ top: WAY + index * 26 }}
        />
      ))}
      <UndoHandle id={id} kind={kind} />
    </div>
  );
});
