import i18next from "i18next";
import { serverWords } from "@/i18n/serverWords";
import { useCatalogue } from "@/stores/catalogue";
import { titleOf } from "@/ui/form/words";
import type { Problem } from "@/wire/generated";

/** What is wrong in words; where only a rule is given ("must not be empty"), with the field's name before it. */
export function problemText({ code, field = "", message: english }: Problem): string {
  const message = serverWords(code, code === "missing_input" ? withTitle(english, field) : english);
  if (code !== "bad_value") return message;
  const names = field.split("/").slice(2);
  const place = names
    .map((name) => (/^\d+$/.test(name) ? String(Number(name) + 1) : name.replaceAll("_", " ")))
    .join(" › ");
  return place ? `${place}: ${message}` : message;
}

/** "Table is required." with the field's title in the reader's language, as the form above it says it. */
function withTitle(message: string, field: string): string {
  const name = field.split("/").at(-1) ?? "";
  for (const { input } of useCatalogue.getState().schemas.values()) {
    const part = input.properties?.[name];
    if (part?.title && message.startsWith(`${part.title} is`))
      return titleOf(part, name, i18next.language) + message.slice(part.title.length);
  }
  return message;
}
