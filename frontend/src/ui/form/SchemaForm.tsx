import { useMemo } from "react";
import type { JsonSchema } from "@/graph/schema";
import type { Source } from "@/graph/scope";
import { FormProvider } from "./context";
import { ObjectFields } from "./ObjectFields";

interface Props {
  /** Of an object. */
  schema: JsonSchema;
  value: unknown;
  onChange(value: Record<string, unknown>): void;
  /** Where the value stands; problems name their place from there. */
  pointer?: string;
  sources?: readonly Source[] | null;
  problems?: ReadonlyMap<string, string>;
  project?: string;
  readOnly?: boolean;
}

const NO_PROBLEMS: ReadonlyMap<string, string> = new Map();

/** A form made from a JSON Schema; with `sources`, each field may hold an expression instead. */
export function SchemaForm({
  schema,
  value,
  onChange,
  pointer = "",
  sources = null,
  problems = NO_PROBLEMS,
  project,
  readOnly = false,
}: Props) {
  const context = useMemo(
    () => ({
      root: schema,
      sources,
      problemAt: (place: string) => problems.get(place),
      readOnly,
      ...(project && { project }),
    }),
    [schema, sources, problems, project, readOnly],
  );
  return (
    <FormProvider value={context}>
      <ObjectFields
        schema={schema}
        value={value}
        onChange={(next) => onChange(next as Record<string, unknown>)}
        pointer={pointer}
      />
    </FormProvider>
  );
}
