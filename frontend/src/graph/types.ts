/** Whether what one step gives can be what another takes: a could-fit check on JSON Schemas (features C3). */
import { type JsonSchema, resolve, typeKey, typesOf, variants } from "./schema";

export interface Mismatch {
  /** `shape`: another x-type; `type`: another JSON type; `missing`: a required property is not there; `value`: no enum value in common. */
  code: "shape" | "type" | "missing" | "value";
  /** What is given and what is wanted, as type names ("table", "string") or, for `missing`, the property. */
  have: string;
  want: string;
}

export interface Verdict {
  ok: boolean;
  reason?: Mismatch;
  /** A property of the output that would fit where the whole does not. */
  suggestion?: string;
}

const FITS: Verdict = { ok: true };

/** Check `output` against `input`. Unknown on either side fits: the engine checks again with real values. */
export function fits(output: JsonSchema, input: JsonSchema): Verdict {
  const verdict = compare(output, input, output, input, 0);
  if (verdict.ok) return verdict;
  const suggestion = fittingProperty(output, input);
  return suggestion === undefined ? verdict : { ...verdict, suggestion };
}

function fittingProperty(output: JsonSchema, input: JsonSchema): string | undefined {
  if (output["x-type"]) return undefined;
  const properties = Object.entries(resolve(output, output).properties ?? {});
  return properties.find(([, schema]) => isKnown(schema) && compare(schema, input, output, input, 0).ok)?.[0];
}

/** Whether a schema says anything about its values. */
export function isKnown(schema: JsonSchema): boolean {
  return typesOf(schema).length > 0 || variants(schema).length > 0 || schema["x-type"] !== undefined;
}

function compare(
  have: JsonSchema,
  want: JsonSchema,
  haveRoot: JsonSchema,
  wantRoot: JsonSchema,
  depth: number,
): Verdict {
  const output = resolve(have, haveRoot);
  const input = resolve(want, wantRoot);
  if (depth > 6 || !isKnown(output) || !isKnown(input)) return FITS;
  const given = variants(output);
  if (given.length > 0 && !output["x-type"]) {
    return anyOf(given, (item) => compare(item, input, haveRoot, wantRoot, depth + 1));
  }
  const wanted = variants(input);
  if (wanted.length > 0 && !input["x-type"]) {
    return anyOf(wanted, (item) => compare(output, item, haveRoot, wantRoot, depth + 1));
  }
  return compareShapes(output, input) ?? compareInside(output, input, haveRoot, wantRoot, depth);
}

function anyOf(items: JsonSchema[], check: (item: JsonSchema) => Verdict): Verdict {
  const verdicts = items.map(check);
  return verdicts.find((verdict) => verdict.ok) ?? verdicts[0] ?? FITS;
}

function compareShapes(output: JsonSchema, input: JsonSchema): Verdict | undefined {
  if (input["x-type"]) {
    return output["x-type"] === input["x-type"] ? FITS : refuse("shape", output, input);
  }
  const have = typesOf(output);
  const want = typesOf(input);
  const common = have.some((type) => want.includes(type) || (type === "integer" && want.includes("number")));
  if (have.length > 0 && want.length > 0 && !common) return refuse("type", output, input);
  return undefined;
}

function compareInside(
  output: JsonSchema,
  input: JsonSchema,
  haveRoot: JsonSchema,
  wantRoot: JsonSchema,
  depth: number,
): Verdict {
  if (output.enum && input.enum && !output.enum.some((value) => input.enum?.includes(value))) {
    return refuse("value", output, input);
  }
  if (output.items && input.items) return compare(output.items, input.items, haveRoot, wantRoot, depth + 1);
  if (output["x-type"] || !output.properties || !input.properties) return FITS;
  for (const name of input.required ?? []) {
    const given = output.properties[name];
    if (!given) {
      if (output.additionalProperties === false) {
        return { ok: false, reason: { code: "missing", have: typeKey(output), want: name } };
      }
      continue;
    }
    const verdict = compare(given, input.properties[name] ?? {}, haveRoot, wantRoot, depth + 1);
    if (!verdict.ok) return verdict;
  }
  return FITS;
}

function refuse(code: Mismatch["code"], output: JsonSchema, input: JsonSchema): Verdict {
  return { ok: false, reason: { code, have: typeKey(output), want: typeKey(input) } };
}
