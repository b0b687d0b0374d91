import type { Cell, ColumnType, TableColumn } from "@/wire/types";

export function isNumeric(type: ColumnType): boolean {
  return type === "integer" || type === "number";
}

/** A cell as text; null for a missing value. */
export function cellText(value: Cell | undefined, type: ColumnType, language: string): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number") return numberText(value, type, language);
  if (type === "datetime") return value.replace("T", " ").replace(/(\.\d{3})\d+/, "$1");
  return value;
}

function numberText(value: number, type: ColumnType, language: string): string {
  if (type === "integer") return new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(value);
  return new Intl.NumberFormat(language, { maximumFractionDigits: 4 }).format(value);
}

const CHARACTER_PX = 7.4;
const PADDING_PX = 26;

/** A width for each column, in px, from its name and the rows at hand. */
export function columnWidths(
  columns: readonly TableColumn[],
  rows: readonly Cell[][],
  language: string,
): number[] {
  return columns.map(({ name, type }, index) => {
    const longest = rows.reduce(
      (most, row) => Math.max(most, cellText(row[index], type, language)?.length ?? 0),
      Math.max(name.length, type.length),
    );
    return Math.round(Math.min(320, Math.max(72, longest * CHARACTER_PX + PADDING_PX)));
  });
}
