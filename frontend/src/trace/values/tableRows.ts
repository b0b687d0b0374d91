import { useQueries } from "@tanstack/react-query";
import { getTableRows } from "@/wire/api";
import type { Cell } from "@/wire/types";
import type { TableValue } from "./shapes";

export const PAGE = 200;

/** The pages (from 0) that hold rows `from` to `to`. */
export function pagesOf(from: number, to: number): number[] {
  const first = Math.floor(Math.max(0, from) / PAGE);
  const last = Math.floor(Math.max(from, to) / PAGE);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

export interface TableRowsState {
  rowAt(index: number): Cell[] | undefined;
  error: Error | null;
  retry(): void;
}

/** The rows around what is seen: from the preview at once, the others page by page from the run's artifact. */
export function useTableRows(run: string, table: TableValue, from: number, to: number): TableRowsState {
  const digest = table.data?.$artifact.digest;
  const needed = digest && to >= table.preview.length ? pagesOf(from, to) : [];
  const pages = useQueries({
    queries: needed.map((page) => ({
      queryKey: ["runs", "table", run, digest, page],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        getTableRows(run, digest ?? "", page * PAGE, PAGE, signal),
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const loaded = new Map(needed.map((page, index) => [page, pages[index]?.data?.rows]));
  return {
    rowAt: (index) =>
      index < table.preview.length
        ? table.preview[index]
        : loaded.get(Math.floor(index / PAGE))?.[index % PAGE],
    error: pages.find((page) => page.error)?.error ?? null,
    retry: () => {
      for (const page of pages) if (page.error) void page.refetch();
    },
  };
}
