/** Which policies the list shows: what stands in the address, held to a policy. */
import { KINDS } from "./kinds";
import type { Kind, Policy } from "./wire";

export const FILTERS = ["search", "kind", "state"] as const;
export type Filters = Readonly<Record<(typeof FILTERS)[number], string>>;
export const STATES = ["on", "off"] as const;

/** The kind that is asked for; none for what is no kind. */
export const askedKind = ({ kind }: Filters): Kind | undefined => KINDS.find((one) => one === kind);

/** Whether a filter leaves out policies; a kind that is none filters nothing. */
export const filtersAny = (filters: Filters) =>
  filters.search.trim() !== "" ||
  askedKind(filters) !== undefined ||
  STATES.some((one) => one === filters.state);

/** Whether a policy is among those asked for: each word in its name, its note or what it matches. */
export function fits(policy: Policy, filters: Filters): boolean {
  const kind = askedKind(filters);
  if (kind && policy.kind !== kind) return false;
  if (filters.state === "on" && !policy.enabled) return false;
  if (filters.state === "off" && policy.enabled) return false;
  const text = [policy.name, policy.note, ...Object.values(policy.match)].join(" ").toLowerCase();
  return filters.search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
