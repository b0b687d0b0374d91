import { serverWords } from "@/i18n/serverWords";
import type { Problem } from "@/wire/generated";

/** What is wrong in words; where only a rule is given ("must not be empty"), with the field's name before it. */
export function problemText({ code, field = "", message: english }: Problem): string {
  const message = serverWords(code, english);
  if (code !== "bad_value") return message;
  const names = field.split("/").slice(2);
  const place = names
    .map((name) => (/^\d+$/.test(name) ? String(Number(name) + 1) : name.replaceAll("_", " ")))
    .join(" › ");
  return place ? `${place}: ${message}` : message;
}
