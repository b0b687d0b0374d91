import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { RunLine } from "@/runs/RunLine";
import { useRuns } from "@/wire/queries";
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
          <RunLine key={run.id} run={run} />
        ))}
        {runs.data && list.length === 0 && <p className={classes.none}>{t("noRuns")}</p>}
        {runs.error && !runs.data && <p className={classes.none}>{runs.error.message}</p>}
      </div>
    </section>
  );
}
