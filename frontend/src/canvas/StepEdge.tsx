import { IconPlus, IconX } from "@tabler/icons-react";
import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getSmoothStepPath } from "@xyflow/react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { COMPENSATE } from "@/graph/compensation";
import { useEdgeState, useEditable } from "./model";
import classes from "./StepEdge.module.css";

export type EdgeActions = {
  insert?(edge: string, at: { x: number; y: number }): void;
  cut?(edge: string): void;
};

/** Labels stand near the end of an edge, where several ways out of one step have parted. */
const NEAR = 40;
const ROOM = 120;

/** Cards with several ways out name them; where the way is long, its name stands at its end, too. */
const LABELLED: ReadonlySet<string> = new Set(["true", "false", "approved", "rejected", "error", COMPENSATE]);

/** How far from a card a line may turn: where cards stand close, half the way, so that it bends only twice. */
function turnAfter(way: number): number {
  return way > 0 ? Math.max(6, Math.min(22, way / 2)) : 22;
}

/** A smooth step from port to input; labelled when the port says something, moving while its target works. */
export const StepEdge = memo(function StepEdge(props: EdgeProps) {
  const { id, source, target, sourceHandleId, selected, sourceX, targetX, targetY } = props;
  const port = sourceHandleId ?? "out";
  const state = useEdgeState(source, port, target);
  const [path, labelX, labelY] = getSmoothStepPath({
    ...props,
    borderRadius: 12,
    offset: turnAfter(targetX - sourceX),
  });
  const roomy = port !== COMPENSATE && targetX - sourceX > ROOM;
  const at = roomy && !selected ? { x: targetX - NEAR, y: targetY } : { x: labelX, y: labelY };
  return (
    <>
      <BaseEdge
        id={id}
        path={path}
        {...(props.markerStart && { markerStart: props.markerStart })}
        interactionWidth={18}
        className={classes.edge}
        data-state={state}
        data-port={port}
        data-selected={selected || undefined}
      />
      <EdgeLabelRenderer>
        <div
          className={classes.place}
          data-selected={selected || undefined}
          style={{ transform: `translate(-50%, -50%) translate(${at.x}px, ${at.y}px)` }}
        >
          <EdgeLabel {...props} port={port} at={at} named={roomy || port === COMPENSATE} />
        </div>
      </EdgeLabelRenderer>
    </>
  );
});

function EdgeLabel({
  id,
  selected,
  data,
  port,
  at,
  named,
}: EdgeProps & { port: string; at: { x: number; y: number }; named: boolean }) {
  const { t } = useTranslation("canvas");
  const editable = useEditable();
  const { insert, cut } = (data ?? {}) as EdgeActions;
  if (selected && editable) {
    return (
      <div className={classes.tools}>
        {port !== COMPENSATE && (
          <button
            type="button"
            aria-label={t("edge.insert")}
            title={t("edge.insert")}
            onClick={() => insert?.(id, at)}
          >
            <IconPlus size={14} />
          </button>
        )}
        <button
          type="button"
          aria-label={t("edge.remove")}
          title={t("edge.remove")}
          onClick={() => cut?.(id)}
        >
          <IconX size={14} />
        </button>
      </div>
    );
  }
  if (!named || !LABELLED.has(port)) return null;
  return (
    <span className={classes.label} data-port={port}>
      {t(`port.${port}`, { defaultValue: port })}
    </span>
  );
}
