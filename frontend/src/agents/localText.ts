import type { LocalText } from "@/wire/types";

/** The text in the reader's language, else in English, else in any. */
export function localText(text: LocalText, language: string): string {
  const tags = [language, language.split("-")[0] ?? "", "en", ...Object.keys(text)];
  return tags.map((tag) => text[tag]).find((found) => found) ?? "";
}
