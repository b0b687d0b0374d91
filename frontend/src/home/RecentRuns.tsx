import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { serverWords } from "@/i18n/serverWords";
import { formatDuration } from "@/trace/duration";
import { RelativeTime } from "@/trace/RelativeTime";
import { StatusMark } from "@/ui/StatusMark";
import { useRuns } from "@/wire/queries";
import type { RunSummary } from "@/wire/types";
import classes from "./RecentRuns.module.css";

const SHOWN = 8;
const QUERY = { limit: SHOWN };

/** The last few runs as a query, and the runs themselves. */
export function useRecentRuns() {
  const runs = useRuns(QUERY);
  return { ...runs, list: runs.data?.pages[0]?.results.slice(0, SHOWN) ?? [] };
}

/** The last few runs, live. */
export function RecentRuns() {
  const { t } = useTranslation("home");
  const { list, ...runs } = useRecentRuns();
  return (
    <section>
      <header className={classes.head}>
        <h2>{t("recent")}</h2>
        {list.length > 0 && <Link to="/runs">{t("allRuns")}</Link>}
      </header>
      <div className={classes.list}>
        {list.map((run) => (
          <RecentRun key={run.id} run={run} />
        ))}
        {runs.data && list.length === 0 && <p className={classes.none}>{t("noRuns")}</p>}
        {runs.error && !runs.data && <p className={classes.none}>{runs.error.message}</p>}
      </div>
    </section>
  );
}

function RecentRun({ run }: { run: RunSummary }) {
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
