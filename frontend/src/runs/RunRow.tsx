import { Checkbox } from "@mantine/core";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { isTerminal } from "@/graph/run";
import { serverWords } from "@/i18n/serverWords";
import { formatDuration, formatTicking } from "@/ui/duration";
import { RelativeTime } from "@/ui/RelativeTime";
import { shortRunId } from "@/ui/RunId";
import { StatusMark, statusColour } from "@/ui/StatusMark";
import type { RunSummary } from "@/wire/types";
import classes from "./RunsPage.module.css";
import { reasonWords } from "./reasonWords";

interface Props {
  run: RunSummary;
  now: number;
  top: number;
  active: boolean;
  showProject: boolean;
  chosen: boolean;
  onChoose(run: string, chosen: boolean): void;
}

/** A run in the list: how it stands, what it is, how far it got. */
export const RunRow = memo(function RunRow({ run, now, top, active, showProject, chosen, onChoose }: Props) {
  const { t } = useTranslation("runs");
  return (
    <tr
      className={classes.row}
      data-active={active || undefined}
      data-run={run.id}
      style={{ transform: `translateY(${top}px)` }}
    >
      <td className={classes.check}>
        <Checkbox
          checked={chosen}
          onChange={(event) => onChoose(run.id, event.currentTarget.checked)}
          aria-label={t("select")}
        />
      </td>
      <td>
        <StatusMark status={run.status} />
      </td>
      <td className={classes.what}>
        <span className={classes.name}>
          <Link to={`/runs/${run.id}`} className={classes.title}>
            {run.workflow.title}
          </Link>
          {(run.priority === "high" || run.priority === "low") && (
            <span className={classes.badge} data-priority={run.priority}>
              {t(`priority.${run.priority}`)}
            </span>
          )}
        </span>
        {run.error ? <Reason error={run.error} /> : <Still run={run} />}
      </td>
      {showProject && (
        <td className={classes.quiet} title={run.project.name}>
          {run.project.name}
        </td>
      )}
      <td className={classes.quiet}>
        {run.version === null ? t("draft") : t("version", { number: run.version })}
      </td>
      <td className={classes.quiet}>
        <RelativeTime at={run.created_at} now={now} />
      </td>
      <td className={classes.number}>{took(run, now)}</td>
      <td>
        <Progress run={run} />
      </td>
      <td className={classes.quiet}>
        <From run={run} />
      </td>
      <td className={classes.quiet}>{run.created_by}</td>
    </tr>
  );
});

/** Its id and, while it stands still, why. */
function Still({ run: { id, status, reason } }: { run: RunSummary }) {
  const { t } = useTranslation("runs");
  const words = isTerminal(status) || !reason ? "" : reasonWords(reason, t);
  return (
    <span className={classes.still} title={words || id}>
      <code className={classes.id}>{shortRunId(id)}</code>
      {words && <span>{words}</span>}
    </span>
  );
}

/** What started it, or which run it was made from. */
function From({ run: { origin, trigger } }: { run: RunSummary }) {
  const { t } = useTranslation("runs");
  if (origin) {
    return (
      <Link to={`/runs/${origin.run_id}`} className={classes.from} title={origin.run_id}>
        {t(`origin.${origin.kind}`)}
      </Link>
    );
  }
  return trigger ? <span title={trigger}>{trigger}</span> : null;
}

function Reason({ error }: { error: NonNullable<RunSummary["error"]> }) {
  const words = serverWords(error.code, error.message);
  return (
    <span className={classes.reason} title={words}>
      {error.step && <code>{error.step}</code>}
      {words}
    </span>
  );
}

function took({ started_at, ended_at, status }: RunSummary, now: number): string {
  if (!started_at) return "";
  const from = new Date(started_at).getTime();
  if (ended_at) return formatDuration(new Date(ended_at).getTime() - from);
  return isTerminal(status) ? "" : formatTicking(Math.max(0, now - from));
}

function Progress({ run: { steps_done: done, steps_total: total, status } }: { run: RunSummary }) {
  const { t } = useTranslation("runs");
  if (total === 0) return null;
  const share = Math.min(1, done / total) * 100;
  return (
    <div className={classes.progress}>
      <span className={classes.number}>{t("steps", { done, total })}</span>
      <span className={classes.track} aria-hidden>
        <span style={{ width: `${share}%`, background: statusColour(status) }} />
      </span>
    </div>
  );
}
