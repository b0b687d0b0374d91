import { useMemo } from "react";
import { useSearchParams } from "react-router";
import type { RunStatus } from "@/graph/runTypes";
import type { Query } from "@/wire/client";
import type { Priority } from "@/wire/types";

export const STATUSES: readonly RunStatus[] = [
  "pending",
  "queued",
  "running",
  "waiting",
  "paused",
  "cancelling",
  "compensating",
  "completed",
  "failed",
  "cancelled",
  "terminated",
  "continued",
];

export const PRIORITIES: readonly Priority[] = ["high", "normal", "low"];

export const RANGES = {
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
} as const;
export type Range = keyof typeof RANGES;

/** What the list is narrowed to; it lives in the address, so that a link shows the same. */
export interface RunFilters {
  readonly status: readonly RunStatus[];
  readonly workflow: string;
  /** The slug of a project. */
  readonly project: string;
  readonly search: string;
  readonly range: Range | "";
  readonly priority: Priority | "";
  /** The name of the trigger that started them. */
  readonly trigger: string;
  /** The run they were made from. */
  readonly origin: string;
  /** An agent that a step of the workflow names. */
  readonly agent: string;
  /** As `name:value`. */
  readonly labels: readonly string[];
}

export function readFilters(search: URLSearchParams): RunFilters {
  const range = search.get("range") ?? "";
  const priority = search.get("priority") ?? "";
  return {
    status: search
      .getAll("status")
      .filter((status): status is RunStatus => STATUSES.includes(status as RunStatus)),
    workflow: search.get("workflow") ?? "",
    project: search.get("project") ?? "",
    search: search.get("search") ?? "",
    range: range in RANGES ? (range as Range) : "",
    priority: PRIORITIES.includes(priority as Priority) ? (priority as Priority) : "",
    trigger: search.get("trigger") ?? "",
    origin: search.get("origin") ?? "",
    agent: search.get("agent") ?? "",
    labels: search.getAll("label").filter(isLabel),
  };
}

/** Whether a text names a label and its value. */
export function isLabel(text: string): boolean {
  return /^[^:,]+:[^,]+$/.test(text.trim());
}

export function writeFilters({ status, labels, ...single }: RunFilters): URLSearchParams {
  const written = new URLSearchParams();
  for (const one of status) written.append("status", one);
  for (const [name, value] of Object.entries(single)) if (value) written.set(name, value);
  for (const label of labels) written.append("label", label);
  return written;
}

/** What the API is asked for. The range's start is cut to the minute, so that asking again hits the cache. */
export function queryOf({ range, ...filters }: RunFilters, now: number): Query {
  const since = range ? new Date(Math.floor((now - RANGES[range]) / 60_000) * 60_000).toISOString() : null;
  return { ...filters, since };
}

/** The same as the filter of a bulk operation: only what is set, labels as an object. */
export function bulkFilter(filters: RunFilters, now: number): Record<string, unknown> {
  const { labels, ...query } = queryOf(filters, now);
  const set = Object.entries(query).filter(
    ([, value]) => value !== null && value !== "" && !(Array.isArray(value) && value.length === 0),
  );
  return {
    ...Object.fromEntries(set),
    ...(labels && filters.labels.length > 0 && { labels: labelsOf(filters.labels) }),
  };
}

/** Labels written as `name:value`, as the API takes them; of two with one name, the later. */
export function labelsOf(labels: readonly string[]): Record<string, string> {
  const pairs = labels.map((label) => {
    const colon = label.indexOf(":");
    return [label.slice(0, colon).trim(), label.slice(colon + 1).trim()] as const;
  });
  return Object.fromEntries(pairs);
}

export function useRunFilters() {
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => readFilters(search), [search]);
  const setFilters = (changed: Partial<RunFilters>) =>
    setSearch(writeFilters({ ...filters, ...changed }), { replace: true });
  const filtering = writeFilters(filters).size > 0;
  return { filters, setFilters, filtering, clear: () => setSearch({}, { replace: true }) };
}
