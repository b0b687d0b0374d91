import type { SetRow } from "./wire";

/** Actions that put a whole set in force, whatever they are called after. */
const OF_ALL = new Set(["replace", "rollback"]);

/** The change a policy stands as it does since, of a history that begins with the newest. */
export function lastChange(history: readonly SetRow[], name: string): SetRow | undefined {
  return history.find(({ action, title }) => OF_ALL.has(action) || (action !== "repair" && title === name));
}
