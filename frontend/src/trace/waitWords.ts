import type { TFunction } from "i18next";
import type { StepView } from "@/graph/runTypes";
import { approvalsLeft } from "@/graph/runWaits";
import { serverWords } from "@/i18n/serverWords";
import { formatSince, formatTime } from "@/ui/duration";

type T = TFunction<"trace">;

/** Who may decide, in words: "ana, bo or ops-team". */
export function deciders(
  { approvers, groups }: { approvers: readonly string[]; groups: readonly string[] },
  t: T,
  language: string,
): string {
  const names = [...approvers, ...groups];
  if (names.length === 0) return t("wait.anybody");
  return new Intl.ListFormat(language, { type: "disjunction" }).format(names);
}

/** What a step waits for, since when or until when; "" when it does not wait. */
export function waitWords(step: StepView, now: number, t: T, language: string): string {
  const last = step.attempts.at(-1);
  if (step.status === "retrying" && last) {
    const time = formatTime(last.retryAt, now, language);
    return t("wait.retry", { number: last.number + 1, time, left: formatSince(last.retryAt - now) });
  }
  if (step.status === "queued") return serverWords("", step.message);
  if (step.status !== "waiting" || !step.wait) return "";
  const { wait } = step;
  const since = formatSince(now - wait.since);
  if (wait.kind === "timer") {
    return t("wait.until", { time: formatTime(wait.due, now, language), left: formatSince(wait.due - now) });
  }
  if (wait.kind === "signal") {
    return wait.key
      ? t("wait.signalKey", { name: wait.name, key: wait.key, since })
      : t("wait.signal", { name: wait.name, since });
  }
  const who = deciders(wait, t, language);
  const left = approvalsLeft(step);
  return wait.needed > 1
    ? t("wait.approvals", { who, since, count: left })
    : t("wait.approval", { who, since });
}
