import {
  IconArrowBackUp,
  IconBan,
  IconHourglass,
  IconPlayerSkipForward,
  IconRefresh,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { RunView, StepView } from "@/graph/run";
import type { StepStatus } from "@/graph/runTypes";
import { formatTicking } from "@/ui/duration";
import { useNow } from "@/ui/useNow";
import { endWords, unmetCondition } from "../endWords";
import { stepLabel } from "../labels";
import { waitWords } from "../waitWords";
import type { Subject } from "./subject";
import classes from "./WaitingNote.module.css";

/** Why nothing moves: what a step waits for, when it is tried again, or why it never ran or was cut short. */
export function WaitingNote({ view, subject, now }: { view: RunView; subject: Subject; now: number }) {
  const { t, i18n } = useTranslation("trace");
  const last = subject.attempts.at(-1);
  const retrying = subject.status === "retrying";
  const browserNow = useNow(retrying, 200);
  if (subject.step?.status === "queued" && subject.message) {
    return (
      <p className={classes.note} data-tone="violet" role="status">
        <IconHourglass size={16} aria-hidden /> {waitWords(subject.step, now, t, i18n.language)}
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
  if (subject.step?.status === "waiting" && subject.step.wait?.kind !== "approval") {
    return (
      <p className={classes.note} data-tone="violet" role="status">
        <IconHourglass size={16} aria-hidden /> {waitWords(subject.step, now, t, i18n.language)}
      </p>
    );
  }
  if (subject.kind !== "step") return null;
  return (
    <>
      <EndNote view={view} subject={subject} />
      {subject.step && <UndoNote view={view} step={subject.step} />}
    </>
  );
}

/** Why a step was skipped, with the condition where that was it, or why it was cut short. */
function EndNote({ view, subject }: { view: RunView; subject: Subject }) {
  const { t } = useTranslation("trace");
  const words = endWords(view, subject.key, t);
  if (!words) return null;
  const Icon = subject.status === "cancelled" ? IconBan : IconPlayerSkipForward;
  const condition = unmetCondition(view, subject.step);
  return (
    <p className={classes.note} data-tone="grey" role="note">
      <Icon size={16} aria-hidden />
      <span>
        {words} {condition && <code>{condition}</code>}
      </span>
    </p>
  );
}

/** That a step was undone, and by which; or which it undoes. */
function UndoNote({ view, step }: { view: RunView; step: StepView }) {
  const { t } = useTranslation("trace");
  const pair = view.compensation?.undo.find((one) => one.step === step.key || one.handler === step.key);
  if (!pair) return null;
  const undoes = pair.handler === step.key;
  const other = stepLabel(view, undoes ? pair.step : pair.handler, t);
  const words = undoes ? "undoes" : undoneWords(step, view.steps.get(pair.handler)?.status);
  return (
    <p className={classes.note} data-tone="amber">
      <IconArrowBackUp size={16} aria-hidden /> {t(`undo.${words}`, { step: other })}
    </p>
  );
}

function undoneWords({ status }: StepView, handler: StepStatus | undefined) {
  if (status === "compensated") return "undone";
  if (handler === "failed") return "notUndone";
  return handler === "skipped" || handler === "cancelled" ? "neverUndone" : "willBeUndone";
}
