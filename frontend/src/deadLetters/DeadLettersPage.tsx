import { Button } from "@mantine/core";
import { IconFilterOff, IconMailCheck } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { useUrlFilters } from "@/ui/useUrlFilters";
import { type DeadLetter, useDeadLetterSummary, useDeadLetters } from "@/wire/deadLetters";
import { BulkRedriveDialog } from "./BulkRedriveDialog";
import classes from "./DeadLetters.module.css";
import { LETTER_FILTERS, redrives } from "./filters";
import { LetterDrawer } from "./LetterDrawer";
import { LetterFilterBar } from "./LetterFilterBar";
import { LetterTable } from "./LetterTable";
import { Summary } from "./Summary";

const OPEN = ["letter"] as const;

/** Tasks that failed for good: which, why, and the ways to send them again. */
export default function DeadLettersPage() {
  const { t } = useTranslation("deadLetters");
  const state = useUrlFilters(LETTER_FILTERS);
  const shown = useUrlFilters(OPEN);
  const summary = useDeadLetterSummary();
  const { agent, code, search } = state.filters;
  const letters = useDeadLetters({ agent, code, search, limit: 100 });
  const list = useMemo(() => letters.data?.pages.flatMap((page) => page.results) ?? [], [letters.data]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [bulk, setBulk] = useState(false);
  const asked = redrives(state.filters, list, chosen);
  const [openAgent = "", openId = ""] = splitKey(shown.filters.letter);
  return (
    <div className={classes.page}>
      <PageHeader crumbs={[{ label: t("title") }]} />
      <Summary rows={summary.data ?? []} chosen={agent} onChoose={(one) => state.set({ agent: one })} />
      {(list.length > 0 || state.filtering) && (
        <LetterFilterBar
          {...state}
          letters={list}
          agents={(summary.data ?? []).map((row) => row.agent)}
          chosen={chosen.size}
          canRedrive={asked.length > 0 && list.length > 0}
          onRedrive={() => setBulk(true)}
        />
      )}
      {letters.isPending && <PageSkeleton />}
      {letters.error && !letters.data && (
        <ErrorState error={letters.error} onRetry={() => void letters.refetch()} />
      )}
      {letters.data && list.length === 0 && <Nothing filtering={state.filtering} clear={state.clear} />}
      {list.length > 0 && (
        <LetterTable
          letters={list}
          chosen={chosen}
          onChoose={setChosen}
          onOpen={(letter) => shown.set({ letter: keyed(letter) })}
          onMore={
            letters.hasNextPage && !letters.isFetchingNextPage ? () => void letters.fetchNextPage() : null
          }
        />
      )}
      {openId && (
        <LetterDrawer agent={openAgent} letter={openId} onClose={() => shown.set({ letter: null })} />
      )}
      {bulk && (
        <BulkRedriveDialog
          asked={asked}
          onClose={(started) => {
            setBulk(false);
            if (started) setChosen(new Set());
          }}
        />
      )}
    </div>
  );
}

const keyed = ({ agent, id }: DeadLetter) => `${agent}/${id}`;

function splitKey(key: string): string[] {
  const slash = key.indexOf("/");
  return slash > 0 ? [key.slice(0, slash), key.slice(slash + 1)] : [];
}

function Nothing({ filtering, clear }: { filtering: boolean; clear(): void }) {
  const { t } = useTranslation("deadLetters");
  return (
    <EmptyState
      icon={filtering ? <IconFilterOff size={24} stroke={1.6} /> : <IconMailCheck size={24} stroke={1.6} />}
      title={t(filtering ? "noMatch.title" : "empty.title")}
      text={t(filtering ? "noMatch.text" : "empty.text")}
      action={
        filtering && (
          <Button variant="default" onClick={clear}>
            {t("clear")}
          </Button>
        )
      }
    />
  );
}
