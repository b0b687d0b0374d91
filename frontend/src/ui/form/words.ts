import type { JsonSchema } from "@/graph/schema";

/** A property's title in the reader's language: `x-title` by tag, else `title`, else its name made readable. */
export function titleOf(schema: JsonSchema, name: string, language: string): string {
  const others = schema["x-title"] as Readonly<Record<string, string>> | undefined;
  const near = Object.keys(others ?? {}).find((tag) => tag.split("-")[0] === language.split("-")[0]);
  if (near && others?.[near]) return others[near];
  if (schema.title) return schema.title;
  const words = name.replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
