import { toDraft } from "@/graph/model";
import type { JsonSchema } from "@/graph/schema";
import { runInput } from "@/graph/scope";
import { useTemplates } from "@/wire/queries";

/** The sample input of a template that asks for the same things as this workflow. */
export function useSample(schema: JsonSchema): Record<string, unknown> | undefined {
  const templates = useTemplates();
  const wanted = signature(schema);
  if (wanted === "") return undefined;
  const match = templates.data?.find((template) => signature(runInput(toDraft(template.graph))) === wanted);
  return match && Object.keys(match.sample_input).length > 0 ? match.sample_input : undefined;
}

function signature({ properties = {} }: JsonSchema): string {
  return Object.entries(properties)
    .map(([name, property]) => `${name}:${property["x-type"] ?? String(property.type)}`)
    .sort()
    .join();
}
