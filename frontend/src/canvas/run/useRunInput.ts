import { useMemo, useState } from "react";
import { withDefaults } from "@/graph/formValue";
import { toDraft } from "@/graph/model";
import type { JsonSchema } from "@/graph/schema";
import { runInput } from "@/graph/scope";
import { useDocument } from "@/stores/document";
import { useVersionGraph } from "@/wire/queries";
import type { Priority } from "@/wire/types";
import { recallInput } from "./lastInput";
import type { Runnable } from "./runnable";

interface RunInput {
  /** What the start step asks for; undefined until that is known. */
  schema: JsonSchema | undefined;
  /** The priority its runs have by default. */
  priority: Priority;
  input: Record<string, unknown>;
  setInput(input: Record<string, unknown>): void;
  /** Why it is not known. */
  error: Error | null;
}

/** The input of what is to run; what was typed for another version is taken over as far as this one asks for it. */
export function useRunInput(workflow: string, chosen: Runnable): RunInput {
  const drawn = useDocument((state) => state.draft);
  const version = useVersionGraph(workflow, chosen === "draft" ? null : chosen);
  const published = useMemo(() => version.data && toDraft(version.data), [version.data]);
  const graph = chosen === "draft" ? drawn : published;
  const schema = useMemo(() => graph && runInput(graph), [graph]);
  const [typed, setTyped] = useState<{ into: Runnable | null; value: Record<string, unknown> }>(() => ({
    into: null,
    value: recallInput(workflow),
  }));
  const filled = useMemo(() => withDefaults(schema ?? {}, typed.value), [schema, typed.value]);
  return {
    schema,
    priority: graph?.settings.priority ?? "normal",
    input: typed.into === chosen ? typed.value : filled,
    setInput: (value) => setTyped({ into: chosen, value }),
    error: chosen === "draft" ? null : version.error,
  };
}
