/** Undo and redo as pure snapshots: parts that did not change are shared, so that a step costs what it changed. */
export interface History<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
  /** What the last change was part of ("type:parse/title"): more of it soon after joins the same step. */
  readonly group: string | null;
  readonly at: number;
}

export const MAX_STEPS = 200;
const GROUP_MS = 1_200;

export function begin<T>(present: T): History<T> {
  return { past: [], present, future: [], group: null, at: 0 };
}

/** Take a new present. `now` in ms. */
export function push<T>(
  history: History<T>,
  present: T,
  now: number,
  group: string | null = null,
): History<T> {
  if (present === history.present) return history;
  const joins = group !== null && group === history.group && now - history.at < GROUP_MS;
  const past = joins ? history.past : [...history.past, history.present].slice(-MAX_STEPS);
  return { past, present, future: [], group, at: now };
}

export function undo<T>(history: History<T>): History<T> {
  const previous = history.past.at(-1);
  if (previous === undefined) return history;
  return {
    past: history.past.slice(0, -1),
    present: previous,
    future: [history.present, ...history.future],
    group: null,
    at: 0,
  };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future, group: null, at: 0 };
}
