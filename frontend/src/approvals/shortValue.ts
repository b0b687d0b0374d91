const MOST = 280;

/** A value as a line of text: a file by its name, a text as it is, anything else as JSON; long ones are cut. */
export function shortValue(value: unknown): { text: string; cut: boolean } {
  const whole = fileName(value) ?? (typeof value === "string" ? value : JSON.stringify(value));
  const letters = Array.from(whole);
  if (letters.length <= MOST) return { text: whole, cut: false };
  return { text: `${letters.slice(0, MOST).join("").trimEnd()}…`, cut: true };
}

function fileName(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("$artifact" in value)) return undefined;
  const file = value.$artifact;
  if (typeof file !== "object" || file === null || !("name" in file)) return undefined;
  return typeof file.name === "string" && file.name ? file.name : undefined;
}
