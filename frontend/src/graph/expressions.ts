/** What the page needs to know of expressions without running them. CEL stands between `${` and `}`. */

/** Whether a value is computed; `$${` stands for a literal `${`. */
export function isExpression(value: unknown): value is string {
  return typeof value === "string" && value.replaceAll("$${", "").includes("${");
}

/** The CEL inside, when the whole string is one expression; else undefined. */
export function wholeExpression(value: string): string | undefined {
  const match = /^\s*\$\{([\s\S]*)\}\s*$/.exec(value);
  const inside = match?.[1];
  return inside === undefined || inside.includes("${") ? undefined : inside.trim();
}

export function wrap(cel: string): string {
  return `\${ ${cel.trim()} }`;
}

const STEP = /\bsteps\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*["']([^"']+)["']\s*\])/g;

/** The ids of the steps an expression names. */
export function stepsNamed(text: string): string[] {
  return [...new Set([...text.matchAll(STEP)].map((match) => match[1] ?? match[2] ?? ""))];
}

const ROUND = /(?<![.\w])(item|index|last)\b(?!\s*\()/g;
const STRINGS = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;
const MACRO = /\.(?:map|filter|all|exists|exists_one)\(\s*(\w+)\s*,/g;

/** Which of `item`, `index` and `last` an expression reads; names a macro brings along are its own. */
export function roundNames(text: string): string[] {
  const code = [...text.matchAll(/\$\{([\s\S]*?)\}/g)]
    .map(([, cel]) => cel ?? "")
    .join(" ; ")
    .replace(STRINGS, "''");
  const own = new Set([...code.matchAll(MACRO)].map(([, name]) => name));
  return [...new Set([...code.matchAll(ROUND)].map(([, name]) => name ?? ""))].filter(
    (name) => !own.has(name),
  );
}

/** Rewrite `steps.<old>` to `steps.<new>` in one string. */
export function renameSteps(text: string, names: ReadonlyMap<string, string>): string {
  return text.replace(STEP, (all, dotted: string | undefined, quoted: string | undefined) => {
    const old = dotted ?? quoted ?? "";
    const renamed = names.get(old);
    return renamed === undefined ? all : `steps.${renamed}`;
  });
}

/** Rewrite step names in every expression of a value; other text stays. Unchanged parts keep their identity. */
export function renameStepsIn<T>(value: T, names: ReadonlyMap<string, string>): T {
  if (names.size === 0) return value;
  if (typeof value === "string") {
    return (isExpression(value) ? renameSteps(value, names) : value) as T;
  }
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => renameStepsIn(item, names));
    return (items.some((item, index) => item !== value[index]) ? items : value) as T;
  }
  if (typeof value === "object" && value !== null) {
    const before = Object.entries(value);
    const after = before.map(([name, item]) => [name, renameStepsIn(item as unknown, names)] as const);
    return after.some(([, item], index) => item !== before[index]?.[1])
      ? (Object.fromEntries(after) as T)
      : value;
  }
  return value;
}

/** Every expression in a value, with its place as a JSON pointer. */
export function expressionsIn(value: unknown, pointer = ""): { pointer: string; text: string }[] {
  if (isExpression(value)) return [{ pointer, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => expressionsIn(item, `${pointer}/${index}`));
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, item]) =>
      expressionsIn(item, `${pointer}/${escapeKey(key)}`),
    );
  }
  return [];
}

function escapeKey(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
