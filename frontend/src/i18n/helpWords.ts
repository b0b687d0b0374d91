import i18next from "i18next";

/** What a built-in agent says of a field, in the reader's language; what is not known stays as the agent wrote it. */
export function helpWords(description: string): string {
  const known: Record<string, string> | undefined = i18next.getResourceBundle?.(
    i18next.language,
    "problems",
  )?.["@help"];
  return known?.[description] ?? description;
}
