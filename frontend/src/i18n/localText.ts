import type { LocalText } from "@/wire/types";

/** A text in the reader's language, else in English, else in any. */
export function localText(text: LocalText | undefined, language: string): string {
  if (!text) return "";
  const near = Object.keys(text).find((tag) => tag.split("-")[0] === language.split("-")[0]);
  return text[language] ?? (near && text[near]) ?? text.en ?? Object.values(text)[0] ?? "";
}
