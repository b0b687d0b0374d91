import { useVirtualizer } from "@tanstack/react-virtual";
import { type MouseEvent, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { formatSince } from "@/ui/duration";
import type { ClusterNode } from "@/wire/types";
import { sorted } from "./grouping";
import { HealthMark } from "./HealthMark";
import { memoryText } from "./NodeFacts";
import classes from "./NodeTable.module.css";

const ROW_PX = 40;
const COLUMNS = ["name", "health", "region", "role", "load", "slots", "instances", "memory", "beat"] as const;

/** The nodes as rows: as many as are seen. */
export function NodeTable({ nodes }: { nodes: readonly ClusterNode[] }) {
  const { t } = useTranslation("registry");
  const navigate = useNavigate();
  const scroller = useRef<HTMLDivElement>(null);
  const list = useMemo(() => sorted(nodes), [nodes]);
  const rows = useVirtualizer({
    count: list.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => list[index]?.node_id ?? index,
    overscan: 8,
  });
  const open = (event: MouseEvent) => {
    if (!(event.target instanceof Element) || event.target.closest("a")) return;
    const node = event.target.closest<HTMLElement>("[data-node]")?.dataset.node;
    if (node) void navigate(`/nodes/${encodeURIComponent(node)}`);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: rows hold links; this adds the rest of the row
    // biome-ignore lint/a11y/useKeyWithClickEvents: the links take the keys
    <div ref={scroller} className={classes.scroller} onClick={open}>
      <table className={classes.table} aria-label={t("nodes.title")} aria-rowcount={list.length + 1}>
        <thead className={classes.head}>
          <tr>
            {COLUMNS.map((name) => (
              <th key={name} scope="col" data-column={name}>
                {t(`nodes.column.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start, key }) => {
            const node = list[index];
            return node && <Row key={key} node={node} top={start} at={index} />;
          })}
        </tbody>
      </table>
    </div>
  );
}

function Row({ node, top, at }: { node: ClusterNode; top: number; at: number }) {
  const { t } = useTranslation("registry");
  const { node_id, name, status, region, role, load, slots, agents, memory_mib, age_ms, draining } = node;
  return (
    <tr
      className={classes.row}
      style={{ transform: `translateY(${top}px)` }}
      data-node={node_id}
      aria-rowindex={at + 2}
    >
      <td className="ellipsis">
        <Link to={`/nodes/${encodeURIComponent(node_id)}`} title={`${name}\n${node_id}`}>
          {name}
        </Link>
        {draining && <span className={classes.draining}>{t("nodes.draining")}</span>}
      </td>
      <td>
        <HealthMark health={status} />
      </td>
      <td className="ellipsis">{region}</td>
      <td className="ellipsis">{role}</td>
      <td data-column="load">{Math.round(load)} %</td>
      <td data-column="slots">
        {slots.busy}/{slots.max}
      </td>
      <td data-column="instances">{agents.length}</td>
      <td data-column="memory">{memory_mib ? memoryText(memory_mib) : "–"}</td>
      <td data-column="beat">{t("nodes.ago", { time: formatSince(age_ms) })}</td>
    </tr>
  );
}
