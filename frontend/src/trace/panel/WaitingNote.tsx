import { IconArrowBackUp, IconHourglass, IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { RunView, StepView } from "@/graph/run";
import { formatTicking } from "../duration";
import { stepLabel } from "../labels";
import { useNow } from "../useNow";
import { waitWords } from "../waitWords";
import type { Subject } from "./subject";
import classes from "./WaitingNote.module.css";

/** Why nothing moves: what a step waits for, or when it is tried again. */
export function WaitingNote({ view, subject, now }: { view: RunView; subject: Subject; now: number }) {
  const { t, i18n } = useTranslation("trace");
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
  if (subject.step?.status === "waiting" && subject.step.wait?.kind !== "approval") {
    return (
      <p className={classes.note} data-tone="violet" role="status">
        <IconHourglass size={16} aria-hidden /> {waitWords(subject.step, now, t, i18n.language)}
      </p>
    );
  }
  if (subject.kind === "step" && subject.step) return <UndoNote view={view} step={subject.step} />;
  return null;
}

/** That a step was undone, and by which; or which it undoes. */
function UndoNote({ view, step }: { view: RunView; step: StepView }) {
  const { t } = useTranslation("trace");
  const pair = view.compensation?.undo.find((one) => one.step === step.key || one.handler === step.key);
  if (!pair) return null;
  const undoes = pair.handler === step.key;
  const failed = view.steps.get(pair.handler)?.status === "failed";
  const other = stepLabel(view, undoes ? pair.step : pair.handler, t);
  const words = undoes
    ? "undoes"
    : failed
      ? "notUndone"
      : step.status === "compensated"
        ? "undone"
        : "willBeUndone";
  return (
    <p className={classes.note} data-tone="amber">
      <IconArrowBackUp size={16} aria-hidden /> {t(`undo.${words}`, { step: other })}
    </p>
  );
}
