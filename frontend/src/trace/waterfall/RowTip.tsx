import { Portal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { AttemptView, RunView } from "@/graph/runTypes";
import { serverWords } from "@/i18n/serverWords";
import { formatClock, formatDuration } from "@/ui/duration";
import { StatusMark } from "@/ui/StatusMark";
import { endWords } from "../endWords";
import { stepLabel } from "../labels";
import { waitWords } from "../waitWords";
import classes from "./RowTip.module.css";
import { isLive, rowState } from "./rowState";
import type { Row } from "./rows";

export interface Hover {
  readonly row: Row;
  readonly x: number;
  readonly y: number;
}

const WIDTH = 280;
const HEIGHT = 200;

/** The exact times of the row under the pointer. */
export function RowTip({ view, hover, now }: { view: RunView; hover: Hover; now: number }) {
  const { t, i18n } = useTranslation("trace");
  const { row, x, y } = hover;
  const state = rowState(view, row, now);
  const { status, segments } = state;
  const step = view.steps.get(row.id);
  const ended = row.kind === "step" ? endWords(view, row.id, t) : "";
  const words = ended || (step ? waitWords(step, now, t, i18n.language) : "");
  const from = segments[0]?.from;
  const to = segments.at(-1)?.to;
  const open = isLive(state);
  const left = Math.min(x + 14, window.innerWidth - WIDTH - 8);
  const top = y + 18 + HEIGHT > window.innerHeight ? y - 14 : y + 18;
  return (
    <Portal>
      <div className={classes.tip} style={{ left, top }} data-above={top < y || undefined} role="tooltip">
        <div className={classes.head}>
          <span className={classes.title}>
            {row.kind === "undoing" ? t("waterfall.undoingTip") : stepLabel(view, row.id, t)}
          </span>
          <StatusMark status={status} size={13} />
        </div>
        {row.undoes !== undefined && (
          <p className={classes.message}>{t("waterfall.undoes", { step: stepLabel(view, row.undoes, t) })}</p>
        )}
        {words && <p className={classes.message}>{words}</p>}
        {step?.cached && <p className={classes.message}>{t("waterfall.cachedHint")}</p>}
        {step?.error && <p className={classes.error}>{serverWords(step.error.code, step.error.message)}</p>}
        <dl className={classes.facts}>
          <Moment name={t("tip.ready")} at={from} view={view} />
          {(step?.attempts ?? []).slice(-3).map((attempt) => (
            <Attempt
              key={attempt.callId}
              attempt={attempt}
              view={view}
              several={(step?.attempts.length ?? 0) > 1}
            />
          ))}
          {to !== undefined && !open && <Moment name={t("tip.ended")} at={to} view={view} />}
          {from !== undefined && to !== undefined && (
            <Fact name={open ? t("tip.soFar") : t("tip.took")} value={formatDuration(to - from)} />
          )}
        </dl>
      </div>
    </Portal>
  );
}

function Attempt({ attempt, view, several }: { attempt: AttemptView; view: RunView; several: boolean }) {
  const { t } = useTranslation("trace");
  const ended = attempt.endedAt !== null;
  return (
    <>
      {several && <dt className={classes.section}>{t("waterfall.attempt", { number: attempt.number })}</dt>}
      <Moment name={t("tip.started")} at={attempt.startedAt} view={view} />
      {ended && <Fact name={t("tip.queued")} value={formatDuration(attempt.queuedMs)} />}
      {ended && <Fact name={t("tip.worked")} value={formatDuration(attempt.workedMs)} />}
    </>
  );
}

function Moment({ name, at, view }: { name: string; at: number | undefined; view: RunView }) {
  const { t, i18n } = useTranslation("trace");
  if (at === undefined) return null;
  const since = formatDuration(at - (view.startedAt ?? at));
  return (
    <Fact name={name} value={formatClock(at, i18n.language)} extra={t("tip.sinceStart", { time: since })} />
  );
}

function Fact({ name, value, extra = "" }: { name: string; value: string; extra?: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {value}
        {extra && <span className={classes.extra}>{extra}</span>}
      </dd>
    </>
  );
}
