import { ID_PATTERN } from "./model";

/** A step id from any words: "Parse CSV" becomes "parse_csv". */
export function slug(text: string): string {
  const plain = text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "")
    .slice(0, 58);
  return plain || "step";
}

/** `base`, or `base_2`, `base_3` … until it is free. */
export function freshId(base: string, taken: ReadonlySet<string>): string {
  const stem = slug(base);
  if (!taken.has(stem)) return stem;
  const root = stem.replace(/_\d+$/, "");
  for (let number = 2; ; number += 1) {
    const id = `${root}_${number}`;
    if (!taken.has(id)) return id;
  }
}

export function isValidId(id: string): boolean {
  return ID_PATTERN.test(id);
}
