/** A JSON value as the lines of a tree, with only what is open in it. */
export interface JsonLine {
  /** `$.rows[3].name`; also its identity. */
  readonly path: string;
  readonly depth: number;
  /** The key or index it stands under; null for the whole. */
  readonly name: string | number | null;
  readonly value: unknown;
  /** How many entries a list or object has; null for plain values. */
  readonly size: number | null;
  readonly open: boolean;
  /** Set on the line that stands for entries left out: how many. */
  readonly left?: number;
}

const OPEN_DEPTH = 2;
const OPEN_SIZE = 30;
export const ENTRIES = 100;

/** Paths the reader opened or closed against the rule, and how many entries of long ones are shown. */
export interface JsonState {
  readonly toggled: ReadonlySet<string>;
  readonly shown: ReadonlyMap<string, number>;
}

export function jsonLines(value: unknown, state: JsonState): JsonLine[] {
  const lines: JsonLine[] = [];
  add(lines, state, value, null, "$", 0);
  return lines;
}

function add(
  lines: JsonLine[],
  state: JsonState,
  value: unknown,
  name: string | number | null,
  path: string,
  depth: number,
) {
  const entries = entriesOf(value);
  const byRule = entries !== null && depth < OPEN_DEPTH && entries.length <= OPEN_SIZE;
  const open = entries !== null && byRule !== state.toggled.has(path);
  lines.push({ path, depth, name, value, size: entries?.length ?? null, open });
  if (!open || !entries) return;
  const shown = state.shown.get(path) ?? ENTRIES;
  for (const [key, entry] of entries.slice(0, shown)) {
    add(lines, state, entry, key, childPath(path, key), depth + 1);
  }
  if (entries.length > shown) {
    const left = entries.length - shown;
    lines.push({
      path: `${path}…`,
      depth: depth + 1,
      name: null,
      value: path,
      size: null,
      open: false,
      left,
    });
  }
}

function entriesOf(value: unknown): [string | number, unknown][] | null {
  if (Array.isArray(value)) return value.map((entry: unknown, index) => [index, entry]);
  return typeof value === "object" && value !== null ? Object.entries(value) : null;
}

export function childPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}
