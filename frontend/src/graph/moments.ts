/** Moments as the `datetime-local` field of a form has them, and as a workflow has them: ISO 8601 with a time zone. */

const two = (number: number) => String(Math.trunc(number)).padStart(2, "0");

/** A moment in the page's own time zone, to the minute: `2026-03-01T09:30`; empty for what is none. */
export function toLocal(moment: string): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return "";
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `2026-03-01T09:30` in the page's own time zone, with that zone's offset: `2026-03-01T09:30:00+01:00`. */
export function fromLocal(text: string): string {
  const date = new Date(text);
  if (text === "" || Number.isNaN(date.getTime())) return "";
  const east = -date.getTimezoneOffset();
  const offset = `${east < 0 ? "-" : "+"}${two(Math.abs(east) / 60)}:${two(Math.abs(east) % 60)}`;
  return `${toLocal(text)}:00${offset}`;
}
