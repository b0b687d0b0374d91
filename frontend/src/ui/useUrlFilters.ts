import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** Filters that live in the address, so that a link shows the same: read by name, written without a new page. */
export function useUrlFilters<K extends string>(names: readonly K[]) {
  const [search, setSearch] = useSearchParams();
  const filters = Object.fromEntries(names.map((name) => [name, search.get(name) ?? ""])) as Record<
    K,
    string
  >;
  const set = useCallback(
    (changed: Partial<Record<K, string | null>>) =>
      setSearch(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changed) as [K, string | null][]) {
            if (value) after.set(name, value);
            else after.delete(name);
          }
          return after;
        },
        { replace: true },
      ),
    [setSearch],
  );
  const clear = useCallback(
    () => set(Object.fromEntries(names.map((name) => [name, null])) as Record<K, null>),
    [set, names],
  );
  return { filters, set, clear, filtering: names.some((name) => filters[name] !== "") };
}
