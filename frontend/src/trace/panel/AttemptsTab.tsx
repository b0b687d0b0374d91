import { useTranslation } from "react-i18next";
import type { AttemptView } from "@/graph/runTypes";
import { serverWords } from "@/i18n/serverWords";
import { formatClock, formatDuration } from "@/ui/duration";
import { StatusMark } from "@/ui/StatusMark";
import classes from "./AttemptsTab.module.css";
import type { Subject } from "./subject";

/** Every try of a step: where it went, how long it took, what came of it, and when the next one followed. */
export function AttemptsTab({ subject }: { subject: Subject }) {
  const { t } = useTranslation("trace");
  const { attempts, status } = subject;
  if (attempts.length === 0) {
    const still = status === "pending" || status === "queued";
    return <p className={classes.none}>{t(still ? "panel.noAttemptsYet" : "panel.noAttempts")}</p>;
  }
  return (
    <ol className={classes.list}>
      {attempts.map((attempt, index) => (
        <Attempt key={attempt.callId} attempt={attempt} next={attempts[index + 1]} />
      ))}
    </ol>
  );
}

function Attempt({ attempt, next }: { attempt: AttemptView; next: AttemptView | undefined }) {
  const { t, i18n } = useTranslation("trace");
  const { number, startedAt, endedAt, queuedMs, workedMs, instance, host, error, retryAt, outcome } = attempt;
  const clock = (at: number) => formatClock(at, i18n.language);
  return (
    <li className={classes.attempt}>
      <div className={classes.head}>
        <span className={classes.number}>{t("attempts.attempt", { number })}</span>
        <StatusMark status={outcome} size={14} />
        <span className={classes.time}>
          {clock(startedAt)}
          {endedAt !== null && ` – ${clock(endedAt)}`}
        </span>
      </div>
      <div className={classes.quiet}>{t("attempts.on", { instance, host })}</div>
      {endedAt !== null && (
        <div className={classes.quiet}>
          {t("attempts.queued", { time: formatDuration(queuedMs) })} ·{" "}
          {t("attempts.worked", { time: formatDuration(workedMs) })}
        </div>
      )}
      {error && (
        <div className={classes.error}>
          {serverWords(error.code, error.message)} <code>{error.code}</code>
        </div>
      )}
      {error && next && endedAt !== null && (
        <div className={classes.quiet}>
          {t("attempts.retriedAfter", { time: formatDuration(next.startedAt - endedAt) })}
        </div>
      )}
      {error && !next && retryAt > 0 && (
        <div className={classes.quiet}>{t("attempts.retryAt", { time: clock(retryAt) })}</div>
      )}
    </li>
  );
}
