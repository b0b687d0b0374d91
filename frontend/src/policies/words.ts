/** Policies in words of the reader's language. */
import type { TFunction } from "i18next";
import type { JsonSchema } from "@/graph/schema";
import { spanUnits } from "@/i18n/units";
import { MATCH_FIELDS, valueText } from "./kinds";
import type { Kind, Match } from "./wire";

type Words = TFunction<"policies">;

/** "agent json in region eu": where a policy holds. */
export function matchWords(match: Match, t: Words): string {
  const parts = MATCH_FIELDS.filter((field) => match[field]).map((field) =>
    t(`match.is.${field}`, { value: match[field] }),
  );
  return parts.length > 0 ? parts.join(t("match.and")) : t("match.everything");
}

/** The fields of a spec with their values, in words. */
export function specWords(spec: Readonly<Record<string, unknown>>, t: Words): string {
  const parts = Object.entries(spec).map(
    ([name, value]) => `${shortName(name, t)} ${valueWords(name, value, t)}`,
  );
  return parts.join(" · ");
}

export function fieldName(name: string, t: Words): string {
  return t(`field.${name}`, { defaultValue: name });
}

/** A field's name where its value follows with its unit: without the unit in brackets that a form shows. */
export function shortName(name: string, t: Words): string {
  return fieldName(name, t).replace(/\s*[(（][^)）]*[)）]$/, "");
}

const SHARES = new Set(["error_rate", "max_error_rate", "target"]);
const PERCENTS = new Set(["share", "steps"]);

/** A field's value in words, with its unit. */
export function valueWords(name: string, value: unknown, t: Words): string {
  if (name === "per" || name === "answer") {
    const choice = t(`choice.${name}.${String(value)}`, { defaultValue: "" });
    if (choice) return choice;
  }
  if (PERCENTS.has(name))
    return [value]
      .flat()
      .map((part) => `${valueText(part)} %`)
      .join(", ");
  if (typeof value === "boolean") return t(`flag.${value}`);
  if (typeof value !== "number") return valueText(value);
  if (SHARES.has(name)) return `${Math.round(value * 1000) / 10} %`;
  if (name.endsWith("_ms")) return value > 0 && value % 1000 === 0 ? spanWords(value / 1000) : `${value} ms`;
  if (name.endsWith("_s")) return spanWords(value);
  return name === "rate" ? t("perSecond", { value }) : valueText(value);
}

/** A span as somebody set it, in the largest unit it is a whole number of. */
function spanWords(seconds: number): string {
  const { s, min, h, d } = spanUnits();
  const units = [
    [86_400, d],
    [3600, h],
    [60, min],
  ] as const;
  const [size, unit] = units.find(([one]) => seconds >= one && seconds % one === 0) ?? [1, s];
  return `${seconds / size}${unit}`;
}

/** The schema of a kind's form: titles and help in the reader's language, all fields shown. */
export function formSchema(kind: Kind, schema: JsonSchema, t: Words, language: string): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, field]) => {
      const titles = Object.fromEntries(
        (name === "per" || name === "answer" ? (field.enum ?? []) : []).map((value) => [
          String(value),
          { [language]: t(`choice.${name}.${String(value)}`) },
        ]),
      );
      const described: JsonSchema = {
        ...field,
        title: fieldName(name, t),
        description: t(`help.${name}`, { defaultValue: "" }),
        "x-common": true,
        ...(Object.keys(titles).length > 0 && { "x-enum-titles": titles }),
        ...(CONDITIONS[kind]?.[name] && { "x-when": CONDITIONS[kind][name] }),
      };
      return [name, described];
    }),
  );
  return { ...schema, properties };
}

/** Fields that matter only for some choices. */
const CONDITIONS: Partial<Record<Kind, Record<string, Record<string, readonly unknown[]>>>> = {
  degrade: {
    value: { answer: ["value"] },
    agent: { answer: ["agent"] },
    cached_for_s: { answer: ["cached"] },
  },
};
