import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import type { RunView } from "@/graph/run";
import { hover as hoverNode } from "@/stores/hover";
import { Markers, PauseBands } from "./Markers";
import { type Hover, RowTip } from "./RowTip";
import { rowState } from "./rowState";
import type { Row } from "./rows";
import { TimeAxis, useTicks } from "./TimeAxis";
import { momentAt } from "./timeline";
import { type Axis, useAxis } from "./useAxis";
import { useTree } from "./useTree";
import { useTreeKeys } from "./useTreeKeys";
import classes from "./Waterfall.module.css";
import { WaterfallBar } from "./WaterfallBar";
import { rowId, WaterfallRow } from "./WaterfallRow";

export const ROW_PX = 26;

interface Props {
  view: RunView;
  revision: number;
  now: number;
  /** The key of a step or an iteration. */
  selected: string | null;
  /** A step whose inner steps are to be seen. */
  shown?: string | null;
  onSelect(key: string | null): void;
  /** Enter was pressed on a row. */
  onOpen?(): void;
  compact?: boolean;
  extra?: ReactNode;
}

/** Every step of a run over time: the tree at the left, bars at the right. */
export function Waterfall({
  view,
  revision,
  now,
  selected,
  shown = null,
  onSelect,
  onOpen,
  compact = false,
  extra,
}: Props) {
  const { t } = useTranslation("trace");
  const tree = useTree(view, revision, selected, shown);
  const axis = useAxis(view, now);
  const [hover, setHover] = useState<Hover | null>(null);
  const [width, setWidth] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: tree.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => tree.rows[index]?.id ?? index,
    overscan: 10,
  });
  const chosen = tree.rows.findIndex((row) => row.id === selected);
  useEffect(() => {
    if (chosen >= 0) rows.scrollToIndex(chosen);
  }, [chosen, rows]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other matches are read from the top
  useEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
  }, [tree.filter]);
  useWheel(scroller, axis);
  const onZoom = zoomTo(view, tree.rows[chosen], axis, now);
  const onKeyDown = useTreeKeys({
    tree,
    selected,
    onSelect,
    onOpen: () => onOpen?.(),
    onZoom: () => onZoom?.(),
    onFit: axis.fit,
  });
  const rowAt = (event: { target: EventTarget }) => {
    const id =
      event.target instanceof Element && event.target.closest<HTMLElement>("[data-step]")?.dataset.step;
    return tree.rows.find((row) => row.id === id);
  };
  const onClick = (event: MouseEvent) => {
    const row = rowAt(event);
    const onToggle = event.target instanceof Element && event.target.closest("[data-toggle]") !== null;
    if (row?.expandable && (onToggle || event.detail === 2)) tree.toggle(row.id);
    else if (row) onSelect(row.id);
  };
  const onPointerMove = (event: PointerEvent) => {
    const row = rowAt(event);
    setHover(row ? { row, x: event.clientX, y: event.clientY } : null);
    hoverNode(row?.node?.id ?? null);
  };
  return (
    <section className={classes.waterfall} style={widths(compact)} aria-label={t("waterfall.label")}>
      <WaterfallBar view={view} tree={tree} axis={axis} onZoom={onZoom} extra={extra} />
      <div className={classes.head}>
        <span className={classes.step}>{t("waterfall.step")}</span>
        <span className={classes.took}>{t("waterfall.duration")}</span>
        <TimeAxis axis={axis} onWidth={setWidth}>
          <Markers view={view} span={axis.span} width={width} />
        </TimeAxis>
      </div>
      <div
        ref={scroller}
        className={classes.rows}
        role="tree"
        tabIndex={0}
        aria-label={t("waterfall.label")}
        aria-description={t("waterfall.keys")}
        aria-activedescendant={selected && chosen >= 0 ? rowId(selected) : undefined}
        onKeyDown={onKeyDown}
        onClick={onClick}
        onPointerMove={onPointerMove}
        onPointerLeave={() => {
          setHover(null);
          hoverNode(null);
        }}
        onScroll={() => setHover(null)}
      >
        <div className={classes.sheet} style={{ height: rows.getTotalSize() }}>
          <GridLines axis={axis} width={width}>
            <PauseBands view={view} span={axis.span} now={now} />
          </GridLines>
          {rows.getVirtualItems().map(({ index, start, key }) => {
            const row = tree.rows[index];
            if (!row) return null;
            return (
              <WaterfallRow
                key={key}
                view={view}
                row={row}
                now={now}
                span={axis.span}
                top={start}
                open={tree.isOpen(row)}
                selected={row.id === selected}
              />
            );
          })}
        </div>
        {tree.rows.length === 0 && <p className={classes.none}>{t("waterfall.noneMatch")}</p>}
      </div>
      {hover && <RowTip view={view} hover={hover} now={now} />}
    </section>
  );
}

function widths(compact: boolean): CSSProperties {
  return { "--tree-width": compact ? "230px" : "310px", "--took-width": "92px" } as CSSProperties;
}

function zoomTo(view: RunView, row: Row | undefined, axis: Axis, now: number): (() => void) | null {
  const segments = row ? rowState(view, row, now).segments : [];
  const first = segments[0];
  const last = segments.at(-1);
  return first && last ? () => axis.show({ from: first.from, to: last.to }) : null;
}

function GridLines({ axis, width, children }: { axis: Axis; width: number; children: ReactNode }) {
  const { ticks } = useTicks(axis, width);
  return (
    <div className={classes.grid} aria-hidden>
      {children}
      {ticks.map(({ share, offset }) => (
        <span key={offset} style={{ left: `${share * 100}%` }} />
      ))}
    </div>
  );
}

/** Ctrl + wheel zooms at the pointer, Shift + wheel moves along. */
function useWheel(scroller: { current: HTMLDivElement | null }, axis: Axis): void {
  const latest = useRef(axis);
  latest.current = axis;
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      const { span, zoomBy, panBy } = latest.current;
      const grid = element.querySelector(`.${classes.grid}`)?.getBoundingClientRect();
      if (!grid || !(event.ctrlKey || event.metaKey || event.shiftKey)) return;
      event.preventDefault();
      if (event.shiftKey) panBy(((event.deltaY || event.deltaX) / grid.width) * (span.to - span.from));
      else zoomBy(event.deltaY > 0 ? 1.25 : 0.8, momentAt(span, (event.clientX - grid.left) / grid.width));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [scroller]);
}
