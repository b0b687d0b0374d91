/** What the page knows of each kind of trigger: its icon, what it begins with, what it says in one line. */
import { IconBroadcast, IconClockHour4, IconStack2, IconWebhook, type TablerIcon } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import type { Draft, Kind, KindConfig } from "./wire";

export const KINDS: readonly Kind[] = ["webhook", "cron", "nats", "stream"];

export const ICONS: Readonly<Record<Kind, TablerIcon>> = {
  webhook: IconWebhook,
  cron: IconClockHour4,
  nats: IconBroadcast,
  stream: IconStack2,
};

/** The names that expressions may use, by kind. */
export const NAMES: Readonly<Record<Kind, string>> = {
  webhook: "body, headers, query, event",
  cron: "schedule, event",
  nats: "body, headers, event",
  stream: "body, event",
};

/** An expression of each kind, as an example. */
export const EXAMPLES: Readonly<Record<Kind, string>> = {
  webhook: "body.order_id",
  cron: "schedule.at",
  nats: "event.subject",
  stream: "body.order_id",
};

const here = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

const FIRST: { readonly [K in Kind]: () => Extract<KindConfig, { kind: K }> } = {
  webhook: () => ({ kind: "webhook", config: { signature: "standard", format: "json", wait_s: 0 } }),
  cron: () => ({
    kind: "cron",
    config: { cron: "0 7 * * 1-5", every_s: 0, timezone: here(), missed: "skip" },
  }),
  nats: () => ({ kind: "nats", config: { subject: "", format: "json" } }),
  stream: () => ({ kind: "stream", config: { key: "", format: "fields", field: "data", start: "new" } }),
};

/** A new trigger of a kind, to be filled in. */
export function newDraft(kind: Kind, name: string): Draft {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression
  const input = kind === "cron" ? {} : "${ body }";
  return { ...FIRST[kind](), name, input, version: null, priority: "", labels: {} };
}

/** An event to try a kind with. */
export function sampleEvent(kind: Kind): unknown {
  if (kind === "cron") return { schedule: { at: new Date().toISOString(), local: "", timezone: "UTC" } };
  return kind === "webhook" ? { body: {}, headers: {}, query: {} } : { body: {} };
}

/** Where it listens, or when it is due. */
export function summary(trigger: KindConfig & { url?: string }, t: TFunction<"triggers">): string {
  switch (trigger.kind) {
    case "webhook":
      return trigger.url ?? "";
    case "cron":
      return trigger.config.cron
        ? `${trigger.config.cron} · ${trigger.config.timezone}`
        : t("everySeconds", { count: trigger.config.every_s });
    case "nats":
      return trigger.config.subject;
    case "stream":
      return trigger.config.key;
  }
}
