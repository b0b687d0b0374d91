import { spanUnits } from "@/i18n/units";

/** Spans of time in words that keep their width: `4 ms`, `1.24 s`, `2 min 05 s`, `3 h 07 min`. */
export function formatDuration(ms: number): string {
  const { s, min, h, d } = spanUnits();
  if (!Number.isFinite(ms) || ms < 0) return "0 ms";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(Math.floor(ms / 10) / 100).toFixed(2)}${s}`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)}${s}`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${min} ${two(seconds % 60)}${s}`;
  if (seconds < 86_400)
    return `${Math.floor(seconds / 3600)}${h} ${two(Math.floor(seconds / 60) % 60)}${min}`;
  return `${Math.floor(seconds / 86_400)}${d} ${Math.floor(seconds / 3600) % 24}${h}`;
}

/** A ticking span, in whole seconds so that it does not flicker. */
export function formatTicking(ms: number): string {
  return ms < 60_000 ? `${(Math.floor(ms / 100) / 10).toFixed(1)}${spanUnits().s}` : formatDuration(ms);
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** A moment to the second, in the reader's time zone. */
export function formatMoment(at: number, language: string): string {
  return new Intl.DateTimeFormat(language, {
    dateStyle: "medium",
    timeStyle: "medium",
  }).format(at);
}

/** A moment to the millisecond, in the reader's time zone. */
export function formatExact(at: number, language: string): string {
  return new Intl.DateTimeFormat(language, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hourCycle: "h23",
  }).format(at);
}

/** The time of day to the millisecond. */
export function formatClock(at: number, language: string): string {
  return new Intl.DateTimeFormat(language, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hourCycle: "h23",
  }).format(at);
}

/** The time of day to the second, with the day where it is another one than that of `now`. */
export function formatTime(at: number, now: number, language: string): string {
  const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  const day = sameDay ? {} : ({ month: "short", day: "numeric" } as const);
  return new Intl.DateTimeFormat(language, { ...day, ...clock }).format(at);
}

/** A span in one round unit, for how long something has waited or has still to: `42 s`, `3 min`, `2 h`, `5 d`. */
export function formatSince(ms: number): string {
  const { s, min, h, d } = spanUnits();
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}${s}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${min}`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}${h}` : `${Math.floor(seconds / 86_400)}${d}`;
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** "2 minutes ago"; for under a minute `now` in the reader's words. */
export function formatRelative(at: number, now: number, language: string): string {
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const passed = at - now;
  for (const [unit, ms] of UNITS) {
    if (Math.abs(passed) >= ms) {
      if (unit === "day" && Math.abs(passed) > 30 * ms)
        return new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(at);
      return words.format(Math.trunc(passed / ms), unit);
    }
  }
  return words.format(0, "second");
}

export function formatBytes(size: number): string {
  if (size < 1000) return `${size} B`;
  if (size < 1_000_000) return `${(size / 1000).toFixed(size < 10_000 ? 1 : 0)} kB`;
  if (size < 1_000_000_000) return `${(size / 1_000_000).toFixed(1)} MB`;
  return `${(size / 1_000_000_000).toFixed(2)} GB`;
}
