import type { TFunction } from "i18next";
import type { Fields, NodeKind } from "@/graph/model";
import { switchCases } from "@/graph/ports";
import { runFields } from "@/graph/startForm";
import { localText } from "@/i18n/localText";
import type { Agent } from "@/wire/types";

export function nodeTitle(
  t: TFunction<"canvas">,
  kind: NodeKind,
  fields: Fields,
  agent: Agent | undefined,
  language: string,
): string {
  return (
    fields.title ||
    (agent && localText(agent.title, language)) ||
    String(fields.agent ?? "") ||
    t(`kind.${kind}.title`)
  );
}

/** The line under the title: which agent, or the heart of the expression. */
export function quietLine(
  t: TFunction<"canvas">,
  kind: NodeKind,
  fields: Fields,
  agent: Agent | undefined,
): string {
  switch (kind) {
    case "agent":
      return agentLine(t, fields, agent);
    case "start":
      return t("quiet.start", { count: runFields(fields.schema).length });
    case "end":
      return t("quiet.end", { count: Object.keys((fields.output as object | undefined) ?? {}).length });
    case "condition":
      return bare(fields.expression) || t("quiet.noCondition");
    case "switch":
      return t("quiet.switch", { count: switchCases(fields).length });
    case "join":
      return t(`quiet.join.${String(fields.mode ?? "all")}`, { count: Number(fields.count ?? 1) });
    case "map":
      return bare(fields.items) ? t("quiet.map", { items: bare(fields.items) }) : t("quiet.noItems");
    case "http":
      return httpLine(fields) || t("quiet.noUrl");
    case "transform":
      return transformLine(t, fields);
    default:
      return "";
  }
}

function agentLine(t: TFunction<"canvas">, fields: Fields, agent: Agent | undefined): string {
  const name = String(fields.agent ?? "");
  if (!name) return t("quiet.noAgent");
  const version = String(fields.version || agent?.latest?.version || "");
  return version ? `${name}@${version}` : name;
}

function httpLine(fields: Fields): string {
  const input = (fields.input ?? {}) as { method?: unknown; url?: unknown };
  return [input.method, input.url].filter((part) => typeof part === "string").join(" ");
}

function transformLine(t: TFunction<"canvas">, fields: Fields): string {
  const { output } = fields;
  if (typeof output === "string") return bare(output);
  const names = Object.keys((output as object | undefined) ?? {});
  return names.length > 0 ? names.join(", ") : t("quiet.noOutput");
}

/** An expression without its `${ }`. */
export function bare(value: unknown): string {
  if (typeof value !== "string") return value === undefined || value === null ? "" : JSON.stringify(value);
  return value.replace(/^\s*\$\{\s*|\s*\}\s*$/g, "");
}
