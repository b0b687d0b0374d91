import { useTranslation } from "react-i18next";
import { isTerminal } from "@/graph/run";
import type { RunDetail } from "@/wire/types";
import { ConnectionMark } from "./ConnectionMark";
import { formatDuration, formatTicking } from "./duration";
import { stepLabel } from "./labels";
import { RelativeTime } from "./RelativeTime";
import classes from "./RunFacts.module.css";
import { useNow } from "./useNow";
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
      <Outcome run={run} trace={trace} />
      <span className={classes.gap} />
      <ConnectionMark connection={trace.connection} onRetry={trace.reconnect} />
    </div>
  );
}

/** All steps known to come; the start is none, it only gives the input. */
function stepsTotal({ overlay, structure }: Trace["view"]): number {
  let total = 0;
  for (const [id, node] of overlay) if (structure.nodes.get(id)?.kind !== "start") total += node.total;
  return total;
}

function Outcome({ run, trace: { view } }: { run: RunDetail; trace: Trace }) {
  const { t } = useTranslation("trace");
  const error = view.error ?? run.error;
  if (view.status === "failed" && error) {
    const step = view.failedStep || run.error?.step;
    return (
      <span className={classes.error} title={error.message}>
        {step ? t("run.failedAt", { step: stepLabel(view, step, t) }) : t("run.failed")}: {error.message}
      </span>
    );
  }
  if (view.status !== "cancelled" && view.status !== "cancelling") return null;
  const { cancelledBy: name, cancelReason } = view;
  const words = {
    cancelled: name ? t("run.cancelledBy", { name }) : t("run.cancelled"),
    cancelling: name ? t("run.cancelRequested", { name }) : t("run.cancelRequestedNoName"),
  }[view.status];
  return (
    <span className={classes.reason}>
      {words} {cancelReason}
    </span>
  );
}
