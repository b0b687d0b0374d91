import { useCallback, useMemo } from "react";
import { setFields } from "@/graph/edit";
import type { Fields, Placement } from "@/graph/model";
import { type Source, sourcesAt } from "@/graph/scope";
import { useAgentSchemas } from "@/stores/catalogue";
import { useDocument } from "@/stores/document";
import { useNodeProblems } from "@/stores/problems";

const NO_FIELDS: Fields = {};

export interface NodeForm {
  id: string;
  kind: Placement["kind"];
  fields: Fields;
  /** Change some fields; undefined takes one away. Typing in one field is one undo step. */
  set(patch: Record<string, unknown>): void;
  sources: readonly Source[];
  /** What is wrong, by JSON pointer inside the node. */
  problems: ReadonlyMap<string, string>;
}

/** A step as its forms see it. */
export function useNodeForm(placement: Placement): NodeForm {
  const { id, kind } = placement;
  const fields = useDocument((state) => state.draft.fields[id] ?? NO_FIELDS);
  const draft = useDocument((state) => state.draft);
  const change = useDocument((state) => state.change);
  const catalogue = useAgentSchemas();
  const found = useNodeProblems(id);
  const set = useCallback(
    (patch: Record<string, unknown>) =>
      change(
        (before) => {
          const merged = Object.entries({ ...before.fields[id], ...patch }).filter(
            ([, value]) => value !== undefined,
          );
          return setFields(before, id, Object.fromEntries(merged));
        },
        `fields:${id}:${Object.keys(patch).join()}`,
      ),
    [change, id],
  );
  const sources = useMemo(() => sourcesAt(draft, id, catalogue), [draft, id, catalogue]);
  const problems = useMemo(() => new Map(found.map((item) => [item.field ?? "", item.message])), [found]);
  return { id, kind, fields, set, sources, problems };
}
