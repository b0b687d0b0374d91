import { Button } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { isTerminal } from "@/graph/run";
import { serverWords } from "@/i18n/serverWords";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { RunId } from "@/ui/RunId";
import { StatusMark } from "@/ui/StatusMark";
import { isProblem } from "@/wire/problem";
import { keys, useRun } from "@/wire/queries";
import type { RunDetail } from "@/wire/types";
import { RunControls } from "./control/RunControls";
import { useRunCommands } from "./control/useRunCommands";
import { RunDialogs } from "./dialogs/RunDialogs";
import { RunFacts } from "./RunFacts";
import { RunGraph } from "./RunGraph";
import classes from "./RunPage.module.css";
import { RunTrace } from "./RunTrace";
import { useRunClock } from "./useRunClock";
import { useSelectedStep } from "./useSelectedStep";
import { useTrace } from "./useTrace";
import { WhyPanel } from "./WhyPanel";

/** One run: live while it goes on, the same page ever after. */
export default function RunPage() {
  const { t } = useTranslation("trace");
  const { id = "" } = useParams();
  const run = useRun(id);
  if (run.data) return <OpenRun key={run.data.id} run={run.data} />;
  return (
    <>
      <PageHeader crumbs={[{ label: t("run.runs"), to: "/runs" }, { label: id }]} />
      {run.isPending && <PageSkeleton />}
      {run.error && <Failed error={run.error} onRetry={() => void run.refetch()} />}
    </>
  );
}

function Failed({ error, onRetry }: { error: Error; onRetry(): void }) {
  const { t } = useTranslation("trace");
  if (!isProblem(error) || (error.status !== 404 && error.status !== 403)) {
    return <ErrorState error={error} onRetry={onRetry} />;
  }
  return (
    <EmptyState
      icon={<IconPlayerPlay size={24} stroke={1.6} />}
      title={t("run.noRun")}
      text={t("run.noRunText")}
      action={
        <Button component={Link} to="/runs">
          {t("run.allRuns")}
        </Button>
      }
    />
  );
}

function OpenRun({ run }: { run: RunDetail }) {
  const { t } = useTranslation("trace");
  const trace = useTrace(run);
  const { view, connection } = trace;
  const [selected, onSelect] = useSelectedStep();
  const [shown, setShown] = useState<string | null>(null);
  useFinished(isTerminal(view.status));
  const now = useRunClock(trace);
  const control = useRunCommands(run, trace);
  return (
    <div className={classes.page}>
      <PageHeader
        crumbs={[
          { label: t("run.runs"), to: "/runs" },
          { label: run.workflow.title, to: `/workflows/${run.workflow.id}` },
          { label: <RunId id={run.id} /> },
        ]}
        title={run.workflow.title}
        status={<StatusMark status={view.cursor === 0 ? run.status : view.status} />}
        actions={<RunControls control={control} />}
      />
      <RunFacts run={run} trace={trace} />
      <WhyPanel run={run} trace={trace} now={now} onSelect={onSelect} />
      <RunDialogs control={control} selected={selected} />
      {connection.state === "refused" && (
        <p className={classes.refused} role="alert">
          {t("run.refused")}: {serverWords("", connection.message)}
        </p>
      )}
      <div className={classes.body}>
        <RunTrace
          run={run}
          trace={trace}
          selected={selected}
          onSelect={onSelect}
          shown={shown}
          above={
            <RunGraph
              run={run}
              view={view}
              revision={trace.revision}
              selected={selected}
              onSelect={(step) => {
                onSelect(step);
                setShown(step);
              }}
            />
          }
        />
      </div>
    </div>
  );
}

/** When a run has ended, lists that show it are asked for again. */
function useFinished(over: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (over) void client.invalidateQueries({ queryKey: [...keys.runs, "list"] });
  }, [client, over]);
}
