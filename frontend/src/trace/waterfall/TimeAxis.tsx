import { useElementSize, useMergedRef } from "@mantine/hooks";
import { type PointerEvent, type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./TimeAxis.module.css";
import { momentAt, shareAt, type Tick, tickLabel, ticks } from "./timeline";
import type { Axis } from "./useAxis";

/** The ticks of an axis and the time between them. */
export function useTicks(axis: Axis, width: number): { ticks: Tick[]; step: number } {
  const made = ticks(axis.span, axis.origin, width);
  const step =
    made.length > 1 ? (made[1]?.offset ?? 0) - (made[0]?.offset ?? 0) : axis.span.to - axis.span.from;
  return { ticks: made, step };
}

/** The scale above the bars; dragging over it zooms to what was dragged over. */
export function TimeAxis({
  axis,
  onWidth,
  children,
}: {
  axis: Axis;
  onWidth(width: number): void;
  /** Stands on the scale, over its labels. */
  children?: ReactNode;
}) {
  const { t } = useTranslation("trace");
  const { ref: sized, width } = useElementSize<HTMLDivElement>();
  const element = useRef<HTMLDivElement>(null);
  const merged = useMergedRef(sized, element);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const shown = useTicks(axis, width);
  if (width > 0) queueMicrotask(() => onWidth(width));
  const momentOf = (event: PointerEvent) => {
    const box = element.current?.getBoundingClientRect();
    return momentAt(axis.span, box ? (event.clientX - box.left) / box.width : 0);
  };
  const finish = () => {
    if (drag && Math.abs(shareAt(axis.span, drag.to) - shareAt(axis.span, drag.from)) > 0.01) {
      axis.show({ from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) });
    }
    setDrag(null);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: for the pointer only; buttons and keys zoom as well
    <div
      ref={merged}
      className={classes.axis}
      title={t("waterfall.axisHint")}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: momentOf(event), to: momentOf(event) });
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, to: momentOf(event) })}
      onPointerUp={finish}
      onPointerCancel={() => setDrag(null)}
      onDoubleClick={axis.fit}
    >
      {shown.ticks.map(({ share, offset }) => (
        <span key={offset} className={classes.label} style={{ left: `${share * 100}%` }}>
          {tickLabel(offset, shown.step)}
        </span>
      ))}
      {drag && <Chosen axis={axis} drag={drag} />}
      {children}
    </div>
  );
}

function Chosen({ axis, drag }: { axis: Axis; drag: { from: number; to: number } }) {
  const left = Math.min(shareAt(axis.span, drag.from), shareAt(axis.span, drag.to));
  const right = Math.max(shareAt(axis.span, drag.from), shareAt(axis.span, drag.to));
  return (
    <span className={classes.chosen} style={{ left: `${left * 100}%`, width: `${(right - left) * 100}%` }} />
  );
}
