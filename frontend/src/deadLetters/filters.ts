/** What the list is narrowed to, and which letters of it are chosen. */
import type { BulkRedrive, DeadLetter } from "@/wire/deadLetters";

export const LETTER_FILTERS = ["agent", "code", "search"] as const;
export type LetterFilters = Readonly<Record<(typeof LETTER_FILTERS)[number], string>>;

/** A letter's id is its own agent's only. */
export function keyOf({ agent, id }: Pick<DeadLetter, "agent" | "id">): string {
  return `${agent}/${id}`;
}

/**
 * What to redrive: the chosen letters, agent by agent, or else all of one agent that match. Nothing when neither is
 * given: letters of all agents are never sent at once.
 */
export function redrives(
  filters: LetterFilters,
  letters: readonly DeadLetter[],
  chosen: ReadonlySet<string>,
): BulkRedrive[] {
  const picked = letters.filter((letter) => chosen.has(keyOf(letter)));
  if (picked.length > 0) {
    const agents = [...new Set(picked.map(({ agent }) => agent))];
    return agents.map((agent) => ({
      agent,
      ids: picked.filter((letter) => letter.agent === agent).map(({ id }) => id),
    }));
  }
  if (!filters.agent) return [];
  const { code, search } = filters;
  return [{ agent: filters.agent, filter: { ...(code && { code }), ...(search && { search }) } }];
}

/** The error codes that are in sight, for the filter; the one that is asked for stays. */
export function codesOf(letters: readonly DeadLetter[], asked: string): string[] {
  return [...new Set([...letters.map(({ error_code }) => error_code), asked])].filter(Boolean).sort();
}
