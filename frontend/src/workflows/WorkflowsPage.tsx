import { Button, CloseButton, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback, useDisclosure } from "@mantine/hooks";
import { IconPlus, IconSearch, IconSearchOff, IconSitemap } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { useUrlFilters } from "@/ui/useUrlFilters";
import { useMe, useWorkflows } from "@/wire/queries";
import { NewWorkflow } from "./NewWorkflow";
import classes from "./WorkflowsPage.module.css";
import { WorkflowTable } from "./WorkflowTable";

const FILTERS = ["search", "project"] as const;
/** As many as the API gives at once. */
const MOST = 200;

/** `/workflows`: every workflow one may see; the search stands in the address. */
export default function WorkflowsPage() {
  const { t } = useTranslation(["workflows", "app"]);
  const { filters, set, clear } = useUrlFilters(FILTERS);
  const [search, setSearch] = useSettling(filters.search, (text) => set({ search: text }));
  const [creating, { open, close }] = useDisclosure(false);
  const workflows = useWorkflows({ limit: MOST, ...filters });
  const projects = useMe().data?.projects ?? [];
  const filtering = search !== "" || filters.project !== "";
  const list = workflows.data;
  const clearAll = () => {
    setSearch("");
    clear();
  };
  return (
    <>
      <PageHeader
        crumbs={[{ label: t("app:nav.workflows") }]}
        actions={
          <Button leftSection={<IconPlus size={15} />} onClick={open}>
            {t("new")}
          </Button>
        }
      />
      <div className={classes.page}>
        {(filtering || (list && list.length > 0)) && (
          <div className={classes.filters}>
            <TextInput
              className={classes.search ?? ""}
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
              placeholder={t("search")}
              aria-label={t("search")}
              leftSection={<IconSearch size={14} />}
              rightSection={
                search ? (
                  <CloseButton size="sm" aria-label={t("none.clear")} onClick={() => setSearch("")} />
                ) : undefined
              }
            />
            {projects.length > 1 && (
              <Select
                aria-label={t("create.project")}
                placeholder={t("anyProject")}
                data={projects.map(({ slug, name }) => ({ value: slug, label: name }))}
                value={filters.project || null}
                onChange={(project) => set({ project })}
                searchable
                clearable
              />
            )}
          </div>
        )}
        {workflows.isPending && <PageSkeleton />}
        {workflows.isError && (
          <ErrorState
            error={workflows.error}
            title={t("loadFailed")}
            onRetry={() => void workflows.refetch()}
          />
        )}
        {list && list.length > 0 && <WorkflowTable workflows={list} projects={projects.length > 1} />}
        {list?.length === MOST && <p className={classes.most}>{t("most", { count: MOST })}</p>}
        {list?.length === 0 && (filtering ? <NoMatch onClear={clearAll} /> : <NoWorkflows onNew={open} />)}
      </div>
      {creating && <NewWorkflow onClose={close} />}
    </>
  );
}

function NoWorkflows({ onNew }: { onNew(): void }) {
  const { t } = useTranslation("workflows");
  return (
    <EmptyState
      icon={<IconSitemap size={24} stroke={1.6} />}
      title={t("empty.title")}
      text={t("empty.text")}
      action={
        <Button leftSection={<IconPlus size={15} />} onClick={onNew}>
          {t("new")}
        </Button>
      }
    />
  );
}

function NoMatch({ onClear }: { onClear(): void }) {
  const { t } = useTranslation("workflows");
  return (
    <EmptyState
      icon={<IconSearchOff size={24} stroke={1.6} />}
      title={t("none.title")}
      text={t("none.text")}
      action={
        <Button variant="default" onClick={onClear}>
          {t("none.clear")}
        </Button>
      }
    />
  );
}

/** What is typed at once, and told a moment later. */
function useSettling(settled: string, onSettled: (text: string) => void): [string, (text: string) => void] {
  const [text, setText] = useState(settled);
  const tell = useDebouncedCallback(onSettled, 250);
  const change = (next: string) => {
    setText(next);
    tell(next);
  };
  return [text, change];
}
