import { IconHourglass, IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { RunView } from "@/graph/run";
import { formatTicking } from "../duration";
import { stepLabel } from "../labels";
import { useNow } from "../useNow";
import type { Subject } from "./subject";
import classes from "./WaitingNote.module.css";

/** Why nothing moves: what a step waits for, or when it is tried again. */
export function WaitingNote({ view, subject, now }: { view: RunView; subject: Subject; now: number }) {
  const { t } = useTranslation("trace");
  const last = subject.attempts.at(-1);
  const retrying = subject.status === "retrying";
  const browserNow = useNow(retrying, 200);
  if (subject.status === "queued" && subject.message) {
    return (
      <p className={classes.note} data-tone="violet" role="status">
        <IconHourglass size={16} aria-hidden /> {subject.message}
      </p>
    );
  }
  if (retrying && last) {
    const left = last.retryAt - Math.max(now, browserNow);
    const number = last.number + 1;
    return (
      <p className={classes.note} data-tone="amber" role="status">
        <IconRefresh size={16} aria-hidden />
        {left > 0
          ? t("panel.retryIn", { number, time: formatTicking(left) })
          : t("panel.retrySoon", { number })}
      </p>
    );
  }
  if (subject.kind !== "run") return null;
  const waiting = firstWaiting(view);
  if (!waiting) return null;
  return (
    <p className={classes.note} data-tone="violet" role="status">
      <IconHourglass size={16} aria-hidden />
      {t("run.waiting", { step: stepLabel(view, waiting.key, t), reason: waiting.message })}
    </p>
  );
}

function firstWaiting(view: RunView) {
  if (![...view.tallies.values()].some((tally) => tally.counts.has("queued"))) return null;
  for (const step of view.steps.values()) if (step.status === "queued" && step.message) return step;
  return null;
}
