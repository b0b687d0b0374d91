import { Handle, type NodeProps, Position, useUpdateNodeInternals } from "@xyflow/react";
import { memo, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { NodeKind } from "@/graph/model";
import { acceptsInput, outPorts } from "@/graph/ports";
import { useCatalogue } from "@/stores/catalogue";
import { useIsHovered } from "@/stores/hover";
import { IconChip } from "@/ui/IconChip";
import { statusColour } from "@/ui/StatusMark";
import { lookOf } from "../kinds";
import { useFields, useIsUndone, useNodeOverlay, useUndoes } from "../model";
import { Badges } from "./Badges";
import { nodeTitle, quietLine } from "./captions";
import { ProblemBadge } from "./ProblemBadge";
import { RunFoot } from "./RunFoot";
import classes from "./StepNode.module.css";
import { SubWorkflowLink } from "./SubWorkflowLink";
import { UndoHandle } from "./UndoHandle";

/** A step on the canvas: what it is, what it does, its ways out, and how it stands in the run that is shown. */
export const StepNode = memo(function StepNode({ id, type, selected }: NodeProps) {
  const kind = type as NodeKind;
  const { t, i18n } = useTranslation("canvas");
  const fields = useFields(id);
  const overlay = useNodeOverlay(id);
  const undoes = useUndoes(id);
  const undone = useIsUndone(id);
  const lit = useIsHovered(id) && overlay !== null;
  const agent = useCatalogue((state) => state.agents.get(String(fields.agent ?? "")));
  const look = lookOf(kind, agent);
  const title = nodeTitle(t, kind, fields, agent, i18n.language);
  const quiet = quietLine(t, kind, fields, agent, i18n.language);
  useMovedHandles(id, undoes !== null);
  return (
    <div
      className={classes.card}
      data-selected={selected || undefined}
      data-lit={lit || undefined}
      data-status={overlay?.status}
      data-handler={undoes !== null || undefined}
      data-undone={undone || undefined}
      style={overlay ? ({ "--status": statusColour(overlay.status) } as React.CSSProperties) : undefined}
    >
      {acceptsInput(kind) && (
        <Handle
          type="target"
          position={undoes === null ? Position.Left : Position.Top}
          className={undoes === null ? classes.in : classes.over}
        />
      )}
      <div className={classes.head}>
        <IconChip icon={look.icon} tint={look.tint} />
        <div className={classes.words}>
          <div className={classes.title} title={title}>
            {title}
          </div>
          <div className={classes.quiet} title={quiet}>
            {quiet}
          </div>
        </div>
        {kind === "workflow" && <SubWorkflowLink name={String(fields.workflow ?? "")} />}
        <ProblemBadge id={id} />
      </div>
      <Badges fields={fields} undoes={undoes} />
      {undoes === null && <Ways id={id} kind={kind} ports={outPorts(kind, fields)} />}
      {overlay && <RunFoot overlay={overlay} />}
    </div>
  );
});

/** React Flow measures handles once; it must look again when a step becomes a handler or stops being one. */
function useMovedHandles(id: string, handler: boolean): void {
  const update = useUpdateNodeInternals();
  const measured = useRef(handler);
  useEffect(() => {
    // on mount React Flow measures by itself; asked then, it would fit the view to this card alone
    if (measured.current !== handler) update(id);
    measured.current = handler;
  }, [update, id, handler]);
}

/** The ways on; a handler has none. */
function Ways({ id, kind, ports }: { id: string; kind: NodeKind; ports: string[] }) {
  return (
    <>
      {ports.length === 1 && (
        <Handle type="source" position={Position.Right} id={ports[0]} className={classes.out} />
      )}
      {ports.length > 1 && <Ports ports={ports} />}
      <UndoHandle id={id} kind={kind} />
    </>
  );
}

function Ports({ ports }: { ports: string[] }) {
  const { t } = useTranslation("canvas");
  return (
    <div className={classes.ports}>
      {ports.map((port) => (
        <div key={port} className={classes.port} data-port={port}>
          <span className="ellipsis">{t(`port.${port}`, { defaultValue: port })}</span>
          <Handle type="source" position={Position.Right} id={port} className={classes.out} />
        </div>
      ))}
    </div>
  );
}
