import type { BulkAction } from "@/wire/types";

/** What can be done to many runs, in the order in which it is listed. */
export const BULK_ACTIONS: readonly BulkAction[] = [
  "pause",
  "resume",
  "signal",
  "approve",
  "reject",
  "retry",
  "replay",
  "fork",
  "continue",
  "cancel",
  "terminate",
  "delete",
];

/** What cannot be taken back. */
export const DANGEROUS: ReadonlySet<BulkAction> = new Set(["cancel", "terminate", "delete"]);

/** What an action takes besides a reason, as it stands in the dialog; `undefined` while a text is no JSON. */
export interface BulkInput {
  readonly name: string;
  readonly key: string;
  readonly step: string;
  readonly version: string;
  readonly data: unknown;
  readonly input: unknown;
}

export const NO_INPUT: BulkInput = { name: "", key: "", step: "", version: "same", data: null, input: null };

/** What goes along with the action; null while something it needs is missing or wrong. */
export function optionsOf(action: BulkAction, given: BulkInput): Record<string, unknown> | null {
  const { name, key, step, version, data, input } = given;
  switch (action) {
    case "signal":
      if (name.trim() === "" || data === undefined) return null;
      return { name: name.trim(), ...(key && { key }), ...(data !== null && { data }) };
    case "approve":
    case "reject":
      if (data === undefined) return null;
      return { ...(step.trim() && { step: step.trim() }), ...(data !== null && { data }) };
    case "fork":
      if (step.trim() === "" || input === undefined || !isObject(input)) return null;
      return { step: step.trim(), ...(input !== null && { input }) };
    case "replay":
      return { version };
    default:
      return {};
  }
}

function isObject(value: unknown): boolean {
  return value === null || (typeof value === "object" && !Array.isArray(value));
}
