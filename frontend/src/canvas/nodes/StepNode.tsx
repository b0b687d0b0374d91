import { Tooltip } from "@mantine/core";
import { IconAlertTriangleFilled } from "@tabler/icons-react";
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { NodeKind } from "@/graph/model";
import { acceptsInput, outPorts } from "@/graph/ports";
import { useCatalogue } from "@/stores/catalogue";
import { useIsHovered } from "@/stores/hover";
import { IconChip } from "@/ui/IconChip";
import { statusColour } from "@/ui/StatusMark";
import { lookOf } from "../kinds";
import { useFields, useNodeOverlay, useProblemsOf } from "../model";
import { problemText } from "../problemText";
import { Badges } from "./Badges";
import { nodeTitle, quietLine } from "./captions";
import { RunFoot } from "./RunFoot";
import classes from "./StepNode.module.css";

/** A step on the canvas: what it is, what it does, its ways out, and how it stands in the run that is shown. */
export const StepNode = memo(function StepNode({ id, type, selected }: NodeProps) {
  const kind = type as NodeKind;
  const { t, i18n } = useTranslation("canvas");
  const fields = useFields(id);
  const overlay = useNodeOverlay(id);
  const lit = useIsHovered(id) && overlay !== null;
  const agent = useCatalogue((state) => state.agents.get(String(fields.agent ?? "")));
  const look = lookOf(kind, agent);
  const ports = outPorts(kind, fields);
  const title = nodeTitle(t, kind, fields, agent, i18n.language);
  return (
    <div
      className={classes.card}
      data-selected={selected || undefined}
      data-lit={lit || undefined}
      data-status={overlay?.status}
      style={overlay ? ({ "--status": statusColour(overlay.status) } as React.CSSProperties) : undefined}
    >
      {acceptsInput(kind) && <Handle type="target" position={Position.Left} className={classes.in} />}
      <div className={classes.head}>
        <IconChip icon={look.icon} tint={look.tint} />
        <div className={classes.words}>
          <div className={classes.title} title={title}>
            {title}
          </div>
          <div className={classes.quiet}>{quietLine(t, kind, fields, agent)}</div>
        </div>
        <ProblemBadge id={id} />
      </div>
      <Badges fields={fields} />
      {ports.length === 1 && (
        <Handle type="source" position={Position.Right} id={ports[0]} className={classes.out} />
      )}
      {ports.length > 1 && <Ports ports={ports} />}
      {overlay && <RunFoot overlay={overlay} />}
    </div>
  );
});

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

function ProblemBadge({ id }: { id: string }): ReactNode {
  const { t } = useTranslation("canvas");
  const problems = useProblemsOf(id);
  if (problems.length === 0) return null;
  const isError = problems.some((problem) => problem.severity !== "warning");
  return (
    <Tooltip
      multiline
      maw={320}
      label={problems.map(problemText).join("\n")}
      style={{ whiteSpace: "pre-line" }}
    >
      <span
        className={isError ? classes.error : classes.warning}
        role="img"
        aria-label={t("problems.onNode", { count: problems.length })}
      >
        <IconAlertTriangleFilled size={15} />
      </span>
    </Tooltip>
  );
}
