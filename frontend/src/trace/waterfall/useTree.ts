import { useEffect, useMemo, useState } from "react";
import type { RunView } from "@/graph/run";
import { ancestorsOf, parseIteration, scopeOf } from "@/graph/runKeys";
import { isFiltering, NO_FILTER, type Row, type RowFilter, UNDOING, visibleRows } from "./rows";

export interface Tree {
  readonly rows: readonly Row[];
  readonly filter: RowFilter;
  setFilter(filter: RowFilter): void;
  isOpen(row: Row): boolean;
  toggle(id: string, open?: boolean): void;
  setAll(open: boolean): void;
}

/** Which rows are there and which are open; what is selected elsewhere, or shown with its steps, is brought into sight. */
export function useTree(
  view: RunView,
  revision: number,
  selected: string | null,
  shown: string | null,
): Tree {
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(() => new Set([UNDOING]));
  const [filter, setFilter] = useState<RowFilter>(NO_FILTER);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the view changes in place, its revision says when
  const rows = useMemo(() => visibleRows(view, expanded, filter), [view, revision, expanded, filter]);
  useEffect(() => {
    const above = selected ? ancestorsOf(selected) : [];
    const iteration = selected ? parseIteration(selected) : null;
    if (iteration) above.push(...ancestorsOf(iteration.container), iteration.container);
    if (above.length > 0) setExpanded((before) => new Set([...before, ...above]));
  }, [selected]);
  useEffect(() => {
    if (shown) setExpanded((before) => new Set([...before, ...ancestorsOf(shown), shown]));
  }, [shown]);
  const toggle = (id: string, open?: boolean) =>
    setExpanded((before) => {
      const after = new Set(before);
      if (open ?? !after.has(id)) after.add(id);
      else after.delete(id);
      return after;
    });
  const setAll = (open: boolean) => setExpanded(new Set(open ? [UNDOING, ...containerSteps(view)] : []));
  const isOpen = (row: Row) => row.expandable && (isFiltering(filter) || expanded.has(row.id));
  return { rows, filter, setFilter, isOpen, toggle, setAll };
}

function containerSteps(view: RunView): string[] {
  const containers = [...view.steps.values()].filter((step) => step.iterations !== null || step.entered);
  return containers.map((step) => step.key);
}

/** The row a row stands under, or null at the top. */
export function parentOf(row: Row): string | null {
  if (row.kind === "iteration") return parseIteration(row.id)?.container ?? null;
  return row.undoes === undefined ? scopeOf(row.id) || null : UNDOING;
}
