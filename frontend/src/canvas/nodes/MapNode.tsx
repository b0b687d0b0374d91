import { Handle, type NodeProps, NodeResizer, Position } from "@xyflow/react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { resize } from "@/graph/edit";
import { outPorts } from "@/graph/ports";
import { useDocument } from "@/stores/document";
import { useIsHovered } from "@/stores/hover";
import { IconChip } from "@/ui/IconChip";
import { statusColour } from "@/ui/StatusMark";
import { lookOf } from "../kinds";
import { useEditable, useFields, useNodeOverlay } from "../model";
import { nodeTitle, quietLine } from "./captions";
import classes from "./MapNode.module.css";
import { RunFoot } from "./RunFoot";
import card from "./StepNode.module.css";

/** A container: the steps inside run once for each item. */
export const MapNode = memo(function MapNode({ id, selected }: NodeProps) {
  const { t, i18n } = useTranslation("canvas");
  const fields = useFields(id);
  const overlay = useNodeOverlay(id);
  const lit = useIsHovered(id) && overlay !== null;
  const look = lookOf("map");
  return (
    <div
      className={`${card.card} ${classes.frame}`}
      data-selected={selected || undefined}
      data-lit={lit || undefined}
      data-status={overlay?.status}
      style={overlay ? ({ "--status": statusColour(overlay.status) } as React.CSSProperties) : undefined}
    >
      <Resizer id={id} visible={selected} />
      <Handle type="target" position={Position.Left} className={card.in} />
      <div className={`${card.head} ${classes.head}`}>
        <IconChip icon={look.icon} tint={look.tint} size={26} />
        <div className={classes.title}>{nodeTitle(t, "map", fields, undefined, i18n.language)}</div>
        <div className={card.quiet}>{quietLine(t, "map", fields, undefined)}</div>
      </div>
      <div className={classes.room} />
      {overlay && <RunFoot overlay={overlay} />}
      {outPorts("map", fields).map((port, index) => (
        <Handle
          key={port}
          type="source"
          id={port}
          position={Position.Right}
          className={card.out}
          style={{ top: 22 + index * 26 }}
        />
      ))}
    </div>
  );
});

export function Resizer({ id, visible }: { id: string; visible: boolean }) {
  const editable = useEditable();
  const change = useDocument((state) => state.change);
  if (!editable) return null;
  return (
    <NodeResizer
      isVisible={visible}
      minWidth={220}
      minHeight={130}
      onResizeEnd={(_, { x, y, width, height }) =>
        change((draft) => resize(draft, id, { x: width, y: height }, { x, y }))
      }
    />
  );
}
