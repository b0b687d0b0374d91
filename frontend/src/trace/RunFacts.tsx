import { useTranslation } from "react-i18next";
import { isTerminal } from "@/graph/run";
import { serverWords } from "@/i18n/serverWords";
import { formatDuration, formatTicking } from "@/ui/duration";
import { RelativeTime } from "@/ui/RelativeTime";
import { useNow } from "@/ui/useNow";
import type { RunDetail } from "@/wire/types";
import { ConnectionMark } from "./ConnectionMark";
import { Kinship } from "./Kinship";
import { stepLabel } from "./labels";
import classes from "./RunFacts.module.css";
import type { Trace } from "./useTrace";

/** One quiet line: version, who, when, how long, how far, and whether this is live. */
export function RunFacts({ run, trace }: { run: RunDetail; trace: Trace & { reconnect(): void } }) {
  const { t } = useTranslation("trace");
  const { view } = trace;
  const live = !isTerminal(view.status);
  const now = useNow(live, 100) + trace.clockOffset;
  const took = view.startedAt === null ? null : (view.endedAt ?? now) - view.startedAt;
  const total = stepsTotal(view);
  return (
    <div className={classes.line}>
      <span>{run.version === null ? t("run.draft") : t("run.version", { number: run.version })}</span>
      <span>
        <RelativeTime at={run.created_at} /> {run.created_by && t("run.by", { name: run.created_by })}
      </span>
      {took !== null && (
        <span className={classes.time}>{live ? formatTicking(took) : formatDuration(took)}</span>
      )}
      <span>{t("run.steps", { done: view.stepsDone, total })}</span>
      {view.priority !== "normal" && <span>{t(`run.priority.${view.priority}`)}</span>}
      {view.trigger && (
        <span className={classes.trigger} title={view.trigger}>
          {t("run.trigger", { trigger: view.trigger })}
        </span>
      )}
      <Kinship run={run} trace={trace} />
      <Outcome run={run} trace={trace} />
      <span className={classes.gap} />
      <ConnectionMark connection={trace.connection} onRetry={trace.reconnect} />
    </div>
  );
}

/** All steps known to come. A start is none, it only gives the input; what undoes others counts once it is needed. */
function stepsTotal(view: Trace["view"]): number {
  const { overlay, structure, compensation } = view;
  const undoing = new Set(compensation?.undo.map(({ handler }) => handler));
  let total = 0;
  for (const [id, node] of overlay) {
    const isCounted = !structure.handlers.has(id) || undoing.has(id);
    if (structure.nodes.get(id)?.kind !== "start" && isCounted) total += node.total;
  }
  return total;
}

/** How a run that did not end well ended, and why. */
export function Outcome({ run, trace: { view } }: { run: RunDetail; trace: Trace }) {
  const { t } = useTranslation("trace");
  const error = view.error ?? run.error;
  if (view.status === "failed" && error) {
    const step = view.failedStep || run.error?.step;
    const words = serverWords(error.code, error.message);
    return (
      <>
        {view.compensation && (
          <span className={classes.undoing}>
            {t(`run.compensation.${view.compensation.outcome || "incomplete"}`)}
          </span>
        )}
        <span className={classes.error} title={words}>
          {step ? t("run.failedAt", { step: stepLabel(view, step, t), words }) : t("run.failed", { words })}
        </span>
      </>
    );
  }
  if (!["cancelled", "cancelling", "terminated", "compensating"].includes(view.status)) return null;
  const { cancelledBy: name, compensation } = view;
  // what a person wrote stays as it is, what the system says is said in the reader's language
  const why = name ? view.cancelReason : serverWords("run_cancelled", view.cancelReason);
  if (view.status === "compensating") {
    const done = compensation?.undo.filter(({ step }) => view.steps.get(step)?.status === "compensated");
    return (
      <span className={classes.undoing}>
        {t("run.undoing", { done: done?.length ?? 0, count: compensation?.undo.length ?? 0 })}
      </span>
    );
  }
  const words = {
    cancelled: name ? t("run.cancelledBy", { name }) : t("run.cancelled"),
    terminated: t("run.terminatedBy", { name }),
    cancelling: name ? t("run.cancelRequested", { name }) : t("run.cancelRequestedNoName"),
  }[view.status as "cancelled" | "terminated" | "cancelling"];
  return (
    <span className={classes.reason}>
      {words} {why} {compensation?.outcome && t(`run.compensation.${compensation.outcome}`)}
    </span>
  );
}
