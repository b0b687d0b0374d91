/** What a JSON value is to the page (docs/wire.md, "Values"), told by its shape. */
import type { ArtifactRef, Cell, TableColumn } from "@/wire/types";

export type Artifact = ArtifactRef["$artifact"];

export interface TableValue {
  columns: TableColumn[];
  row_count: number;
  preview: Cell[][];
  data?: ArtifactRef | null;
}

export interface ChartValue {
  /** Plotly JSON, or where it is kept when it is large. */
  figure: unknown;
  png?: ArtifactRef | null;
}

export type Shape =
  | { kind: "nothing" }
  | { kind: "text"; text: string }
  | { kind: "table"; table: TableValue }
  | { kind: "chart"; chart: ChartValue }
  | { kind: "image"; artifact: Artifact }
  | { kind: "file"; artifact: Artifact }
  | { kind: "json"; value: unknown };

type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function artifactOf(value: unknown): Artifact | null {
  if (!isFields(value) || !isFields(value.$artifact)) return null;
  const { digest, size, media_type, name } = value.$artifact;
  if (typeof digest !== "string") return null;
  return {
    digest,
    size: typeof size === "number" ? size : 0,
    media_type: typeof media_type === "string" ? media_type : "application/octet-stream",
    name: typeof name === "string" ? name : "",
  };
}

function isTable(value: Fields): boolean {
  return Array.isArray(value.columns) && Array.isArray(value.preview) && typeof value.row_count === "number";
}

function isChart(value: Fields): boolean {
  const { figure } = value;
  if (!isFields(figure)) return false;
  return "png" in value || Array.isArray(figure.data) || artifactOf(figure) !== null;
}

export function shapeOf(value: unknown): Shape {
  if (value === null || value === undefined) return { kind: "nothing" };
  if (typeof value === "string") return { kind: "text", text: value };
  const artifact = artifactOf(value);
  if (artifact) {
    return artifact.media_type.startsWith("image/")
      ? { kind: "image", artifact }
      : { kind: "file", artifact };
  }
  if (isFields(value)) {
    if (isTable(value)) return { kind: "table", table: value as unknown as TableValue };
    if (isChart(value)) return { kind: "chart", chart: value as unknown as ChartValue };
    if (Object.keys(value).length === 0) return { kind: "nothing" };
  }
  return { kind: "json", value };
}

export interface Section {
  /** The field it stands in; "" for the value itself. */
  readonly name: string;
  readonly shape: Shape;
}

const PLAIN = new Set<Shape["kind"]>(["nothing", "json"]);
const LONG_TEXT = 80;
const ORDER: readonly Shape["kind"][] = ["chart", "table", "image", "file", "text", "json"];

/** A value's parts worth a viewer of their own, the most telling first, and the plain rest as one JSON. */
export function sectionsOf(value: unknown): Section[] {
  const shape = shapeOf(value);
  if (shape.kind !== "json" || !isFields(shape.value)) return [{ name: "", shape }];
  const told: Section[] = [];
  const rest: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(shape.value)) {
    const part = shapeOf(field);
    const short = part.kind === "text" && part.text.length <= LONG_TEXT && !part.text.includes("\n");
    if (PLAIN.has(part.kind) || short) rest[name] = field;
    else told.push({ name, shape: part });
  }
  told.sort((a, b) => ORDER.indexOf(a.shape.kind) - ORDER.indexOf(b.shape.kind));
  if (Object.keys(rest).length > 0) told.push({ name: "", shape: { kind: "json", value: rest } });
  return told;
}
