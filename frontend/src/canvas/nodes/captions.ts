import type { TFunction } from "i18next";
import { isExpression, wholeExpression } from "@/graph/expressions";
import type { Fields, NodeKind } from "@/graph/model";
import { switchCases } from "@/graph/ports";
import { byCapability } from "@/graph/scope";
import { runFields } from "@/graph/startForm";
import { localText } from "@/i18n/localText";
import type { Agent } from "@/wire/types";
import { durationText } from "./durationText";

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
    (kind === "agent" && byCapability(fields) && t("steps:anyAgent")) ||
    t(`kind.${kind}.title`)
  );
}

type Line = (t: TFunction<"canvas">, fields: Fields, language: string) => string;

const LINES: Readonly<Partial<Record<NodeKind, Line>>> = {
  start: (t, fields) => t("quiet.start", { count: runFields(fields.schema).length }),
  end: (t, { output }) => t("quiet.end", { count: Object.keys((output as object | undefined) ?? {}).length }),
  condition: (t, { expression }) => bare(expression) || t("quiet.noCondition"),
  switch: (t, fields) => t("quiet.switch", { count: switchCases(fields).length }),
  join: (t, fields) => t(`quiet.join.${String(fields.mode ?? "all")}`, { count: Number(fields.count ?? 1) }),
  map: (t, { items }) => (bare(items) ? t("quiet.map", { items: bare(items) }) : t("quiet.noItems")),
  transform: transformLine,
  http: (t, fields) => inputWords(fields, "method", "url") || t("quiet.noUrl"),
  llm: (t, fields) => inputWords(fields, "prompt") || t("steps:line.noPrompt"),
  memory: memoryLine,
  emit: (t, fields) => {
    const subject = inputWords(fields, "subject");
    return subject ? t("steps:line.emit", { subject }) : t("steps:line.noSubject");
  },
  intent: (t, { goal }) => shown(goal) || t("steps:line.noGoal"),
  plan: (t, { instruction }) => shown(instruction) || t("steps:line.noInstruction"),
  loop: (t, fields) =>
    bare(fields.condition)
      ? t("steps:line.loop", {
          condition: bare(fields.condition),
          count: Number(fields.max_iterations ?? 100),
        })
      : t("quiet.noCondition"),
  workflow: workflowLine,
  wait: waitLine,
  approval: approvalLine,
  signal: (t, { name, key }) => {
    if (!name) return t("steps:line.noSignal");
    return key
      ? t("steps:line.signalKey", { name: String(name), key: bare(key) })
      : t("steps:line.signal", { name: String(name) });
  },
};

/** The line under the title: what the step does, in words. */
export function quietLine(
  t: TFunction<"canvas">,
  kind: NodeKind,
  fields: Fields,
  agent: Agent | undefined,
  language: string,
): string {
  return kind === "agent" ? agentLine(t, fields, agent) : (LINES[kind]?.(t, fields, language) ?? "");
}

function agentLine(t: TFunction<"canvas">, fields: Fields, agent: Agent | undefined): string {
  const name = String(fields.agent ?? "");
  if (byCapability(fields)) {
    const { capability } = fields;
    return capability
      ? t("steps:line.capability", { capability: String(capability) })
      : t("steps:line.noCapability");
  }
  if (!name) return t("quiet.noAgent");
  const version = String(fields.version || agent?.latest?.version || "");
  return version ? `${name}@${version}` : name;
}

/** Some fields of a step's input, one after the other, as far as they are filled in. */
function inputWords(fields: Fields, ...names: string[]): string {
  const input = (fields.input ?? {}) as Record<string, unknown>;
  return names
    .map((name) => shown(input[name]))
    .filter(Boolean)
    .join(" ");
}

const MEMORY: ReadonlySet<string> = new Set(["read", "write", "append", "delete", "list"]);

function memoryLine(t: TFunction<"canvas">, fields: Fields): string {
  const action = String((fields.input as Record<string, unknown> | undefined)?.action ?? "");
  if (!MEMORY.has(action)) return t("steps:line.noMemory");
  return t(`steps:line.memory.${action}`, { key: inputWords(fields, "key") || "…" });
}

function workflowLine(t: TFunction<"canvas">, { workflow, version }: Fields): string {
  if (!workflow) return t("steps:line.noWorkflow");
  const name = String(workflow);
  return version
    ? t("steps:line.workflow", { name, version: String(version) })
    : t("steps:line.newest", { name });
}

function waitLine(t: TFunction<"canvas">, { seconds, until }: Fields, language: string): string {
  if (until) return t("steps:line.until", { moment: momentText(String(until), language) });
  if (typeof seconds === "number") return t("steps:line.wait", { time: durationText(t, seconds) });
  return seconds ? t("steps:line.waitFor", { seconds: bare(seconds) }) : t("steps:line.noWait");
}

function momentText(text: string, language: string): string {
  const time = Date.parse(text);
  if (isExpression(text) || Number.isNaN(time)) return bare(text);
  return new Date(time).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
}

function approvalLine(t: TFunction<"canvas">, { approvers, groups, needed }: Fields): string {
  const names = [approvers, groups].flatMap((list) => (Array.isArray(list) ? (list as string[]) : []));
  const count = Number(needed ?? 1);
  if (names.length === 0)
    return count > 1 ? t("steps:line.asksAllNeeded", { count }) : t("steps:line.asksAll");
  const people = names.join(", ");
  return count > 1 ? t("steps:line.asksNeeded", { people, count }) : t("steps:line.asks", { people });
}

function transformLine(t: TFunction<"canvas">, fields: Fields): string {
  const { output } = fields;
  if (typeof output === "string") return bare(output);
  const names = Object.keys((output as object | undefined) ?? {});
  return names.length > 0 ? names.join(", ") : t("quiet.noOutput");
}

/** A value as it is written; expressions without their `${ }`. */
function shown(value: unknown): string {
  return value === undefined || value === null || value === "" ? "" : bare(value);
}

/** An expression without its `${ }`. */
export function bare(value: unknown): string {
  if (typeof value !== "string") return value === undefined || value === null ? "" : JSON.stringify(value);
  const whole = wholeExpression(value);
  return whole ?? value.replace(/\s+/g, " ").trim();
}
