import { Checkbox } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { isTerminal } from "@/graph/run";
import { useNow } from "@/ui/useNow";
import { useMe } from "@/wire/queries";
import type { RunSummary } from "@/wire/types";
import { BulkBar } from "./BulkBar";
import { RunRow } from "./RunRow";
import classes from "./RunsPage.module.css";

const ROW_PX = 48;
const COLUMNS = [
  "status",
  "workflow",
  "project",
  "version",
  "started",
  "duration",
  "steps",
  "from",
  "by",
] as const;

interface Props {
  runs: readonly RunSummary[];
  /** Asks for the next page; null when there is none or it is on its way. */
  onMore: (() => void) | null;
  loadingMore: boolean;
  /** The filter of the list, as bulk operations take it. */
  filter: Readonly<Record<string, unknown>>;
}

/** The list: as many rows as are seen, more as one scrolls; arrows move, Enter opens. */
export function RunTable({ runs, onMore, loadingMore, filter }: Props) {
  const { t } = useTranslation("runs");
  const navigate = useNavigate();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(-1);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const several = (useMe().data?.projects.length ?? 0) > 1;
  const columns = COLUMNS.filter((name) => several || name !== "project");
  const now = useNow(true, runs.some((run) => !isTerminal(run.status)) ? 1000 : 15_000);
  const rows = useVirtualizer({
    count: runs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => runs[index]?.id ?? index,
    overscan: 8,
  });
  const items = rows.getVirtualItems();
  const lastSeen = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastSeen >= runs.length - 10) onMore?.();
  }, [lastSeen, runs.length, onMore]);
  const open = (id: string | undefined) => id && void navigate(`/runs/${id}`);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (step !== undefined) {
      const next = Math.max(0, Math.min(runs.length - 1, active + step));
      setActive(next);
      rows.scrollToIndex(next);
      event.preventDefault();
    } else if (event.key === "Enter" && event.target === event.currentTarget) open(runs[active]?.id);
  };
  const onClick = (event: MouseEvent) => {
    if (!(event.target instanceof Element) || event.target.closest("a, input, label, button")) return;
    open(event.target.closest<HTMLElement>("[data-run]")?.dataset.run);
  };
  const onChoose = (run: string, isChosen: boolean) =>
    setChosen((before) => new Set([...before].filter((id) => id !== run).concat(isChosen ? [run] : [])));
  const listed = runs.filter((run) => chosen.has(run.id)).map((run) => run.id);
  const all = listed.length > 0 && listed.length === runs.length;
  return (
    <>
      <BulkBar chosen={listed} more={all} filter={filter} onDone={() => setChosen(new Set())} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: rows hold links; this adds the whole row and the arrow keys */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the list takes the arrow keys */}
      <div ref={scroller} className={classes.scroller} tabIndex={0} onKeyDown={onKeyDown} onClick={onClick}>
        <table className={classes.table} data-projects={several || undefined} aria-label={t("list")}>
          <thead className={classes.head}>
            <tr>
              <th className={classes.check} data-some={listed.length > 0 || undefined}>
                <Checkbox
                  checked={all}
                  indeterminate={listed.length > 0 && !all}
                  onChange={() => setChosen(new Set(all ? [] : runs.map((run) => run.id)))}
                  aria-label={t("selectAll")}
                />
              </th>
              {columns.map((name) => (
                <th key={name} scope="col" data-column={name}>
                  {t(`column.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody style={{ height: rows.getTotalSize() }}>
            {items.map(({ index, start, key }) => {
              const run = runs[index];
              return (
                run && (
                  <RunRow
                    key={key}
                    run={run}
                    now={now}
                    top={start}
                    active={index === active}
                    showProject={several}
                    chosen={chosen.has(run.id)}
                    onChoose={onChoose}
                  />
                )
              );
            })}
          </tbody>
        </table>
        {loadingMore && <p className={classes.more}>{t("loadingMore")}</p>}
      </div>
    </>
  );
}
