/** What the page knows of each kind of policy: its icon, its place, which parts of a match it takes. */
import {
  IconArrowsShuffle,
  IconBolt,
  IconCopy,
  IconDoorEnter,
  IconFeather,
  IconGauge,
  IconLifebuoy,
  IconRefresh,
  IconStack2,
  type TablerIcon,
} from "@tabler/icons-react";
import type { JsonSchema } from "@/graph/schema";
import type { Kind, Match, MatchField, Policy } from "./wire";

export const KINDS: readonly Kind[] = [
  "admission",
  "rate_limit",
  "circuit_breaker",
  "retry",
  "routing",
  "degrade",
  "scaling",
  "canary",
  "mirror",
];
export const MATCH_FIELDS: readonly MatchField[] = ["agent", "version", "instance", "region", "tag"];

export const ICONS: Readonly<Record<Kind, TablerIcon>> = {
  admission: IconDoorEnter,
  rate_limit: IconGauge,
  circuit_breaker: IconBolt,
  retry: IconRefresh,
  routing: IconArrowsShuffle,
  degrade: IconLifebuoy,
  scaling: IconStack2,
  canary: IconFeather,
  mirror: IconCopy,
};

/** Kinds of which nothing holds where no policy does; their defaults only fill a policy up. */
export const ONLY_BY_POLICY: ReadonlySet<Kind> = new Set<Kind>(["scaling"]);

/** The parts of a match that a policy can be held to; what else is named can never hold, and the server refuses it. */
export function matchFields(kind: Kind, spec: Readonly<Record<string, unknown>>): readonly MatchField[] {
  if (kind === "admission") return ["agent", "version", "instance", "region"];
  if (kind === "rate_limit")
    return (spec.per ?? "user") === "agent" ? ["agent", "version", "region"] : ["tag", "region"];
  return ["agent", "version", "region"];
}

/** A match without its empty parts. */
export function filledMatch(match: Match): Match {
  return Object.fromEntries(Object.entries(match).filter(([, value]) => value.trim() !== ""));
}

/** What a kind says where no policy does. */
export function defaultsOf(schema: JsonSchema | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema?.properties ?? {}).map(([name, field]) => [name, field.default ?? null]),
  );
}

export function newPolicy(kind: Kind): Policy {
  return { name: "", kind, match: {}, spec: {}, enabled: true, note: "" };
}

/** A value as it stands in a line of text. */
export function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A field's value in a policy by its JSON pointer; undefined where the default holds. */
export function valueAt(policy: Policy | null, pointer: string): unknown {
  let value: unknown = policy;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
