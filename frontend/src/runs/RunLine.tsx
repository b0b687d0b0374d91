import { Link } from "react-router";
import { serverWords } from "@/i18n/serverWords";
import { formatDuration } from "@/ui/duration";
import { RelativeTime } from "@/ui/RelativeTime";
import { StatusMark } from "@/ui/StatusMark";
import type { RunSummary } from "@/wire/types";
import classes from "./RunLine.module.css";

/** A run in a line, for short lists: how it stands, of which workflow, how long it took, when it began. */
export function RunLine({ run }: { run: RunSummary }) {
  const took =
    run.started_at && run.ended_at
      ? formatDuration(new Date(run.ended_at).getTime() - new Date(run.started_at).getTime())
      : "";
  const why = run.error && serverWords(run.error.code, run.error.message);
  return (
    <Link to={`/runs/${run.id}`} className={classes.run}>
      <span className={classes.status}>
        <StatusMark status={run.status} />
      </span>
      <span className={classes.title}>
        {run.workflow.title}
        {why && <span className={classes.why}>{why}</span>}
      </span>
      <span className={classes.took}>{took}</span>
      <span className={classes.when}>
        <RelativeTime at={run.created_at} />
      </span>
    </Link>
  );
}
