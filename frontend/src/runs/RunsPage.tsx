import { Button } from "@mantine/core";
import { IconFilterOff, IconPlayerPlay } from "@tabler/icons-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { useNow } from "@/ui/useNow";
import { useRuns } from "@/wire/queries";
import { bulkFilter, queryOf, useRunFilters } from "./filters";
import { RunFilterBar } from "./RunFilterBar";
import classes from "./RunsPage.module.css";
import { RunTable } from "./RunTable";

/** Every run one may see, newest first. */
export default function RunsPage() {
  const { t } = useTranslation("runs");
  const state = useRunFilters();
  const minute = Math.floor(useNow(state.filters.range !== "", 60_000) / 60_000) * 60_000;
  const query = useMemo(() => queryOf(state.filters, minute), [state.filters, minute]);
  const filter = useMemo(() => bulkFilter(state.filters, minute), [state.filters, minute]);
  const runs = useRuns(query);
  const list = useMemo(() => runs.data?.pages.flatMap((page) => page.results) ?? [], [runs.data]);
  const canAsk = runs.hasNextPage && !runs.isFetchingNextPage;
  return (
    <div className={classes.page}>
      <PageHeader crumbs={[{ label: t("title") }]} />
      <RunFilterBar {...state} />
      {runs.isPending && <PageSkeleton />}
      {runs.error && !runs.data && <ErrorState error={runs.error} onRetry={() => void runs.refetch()} />}
      {runs.data && list.length === 0 && <Nothing filtering={state.filtering} clear={state.clear} />}
      {list.length > 0 && (
        <RunTable
          runs={list}
          onMore={canAsk ? runs.fetchNextPage : null}
          loadingMore={runs.isFetchingNextPage}
          filter={filter}
        />
      )}
    </div>
  );
}

function Nothing({ filtering, clear }: { filtering: boolean; clear(): void }) {
  const { t } = useTranslation("runs");
  if (filtering) {
    return (
      <EmptyState
        icon={<IconFilterOff size={24} stroke={1.6} />}
        title={t("none.title")}
        text={t("none.text")}
        action={
          <Button variant="default" onClick={clear}>
            {t("none.action")}
          </Button>
        }
      />
    );
  }
  return (
    <EmptyState
      icon={<IconPlayerPlay size={24} stroke={1.6} />}
      title={t("empty.title")}
      text={t("empty.text")}
      action={
        <Button component={Link} to="/workflows">
          {t("empty.action")}
        </Button>
      }
    />
  );
}
