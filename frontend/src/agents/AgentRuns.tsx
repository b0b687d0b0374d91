import { Skeleton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { RunLine } from "@/runs/RunLine";
import { ErrorState } from "@/ui/ErrorState";
import { useRuns } from "@/wire/queries";
import classes from "./AgentPage.module.css";

const SHOWN = 8;

/** The last few runs of workflows that name an agent, live, with the way to all of them. */
export function AgentRuns({ agent }: { agent: string }) {
  const { t } = useTranslation("registry");
  const runs = useRuns({ agent, limit: SHOWN });
  const list = runs.data?.pages[0]?.results.slice(0, SHOWN) ?? [];
  return (
    <section>
      <header className={classes.line}>
        <h2 className={classes.heading}>{t("agent.runs")}</h2>
        <Link to={`/runs?agent=${encodeURIComponent(agent)}`}>{t("agent.allRuns")}</Link>
      </header>
      {runs.isPending && <Skeleton height={38} />}
      {runs.error && !runs.data && <ErrorState error={runs.error} onRetry={() => void runs.refetch()} />}
      {runs.data && list.length === 0 && <p className={classes.none}>{t("agent.noRuns")}</p>}
      {list.length > 0 && (
        <>
          <p className={classes.none}>{t("agent.runsHint")}</p>
          <ul className={classes.runs} aria-label={t("agent.runs")}>
            {list.map((run) => (
              <li key={run.id}>
                <RunLine run={run} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
