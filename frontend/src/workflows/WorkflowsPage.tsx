import { Button, CloseButton, TextInput } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { IconPlus, IconSearch, IconSearchOff, IconSitemap } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { useWorkflows } from "@/wire/queries";
import { NewWorkflow } from "./NewWorkflow";
import classes from "./WorkflowsPage.module.css";
import { WorkflowTable } from "./WorkflowTable";

/** `/workflows`: every workflow one may see; the search stands in the address. */
export default function WorkflowsPage() {
  const { t } = useTranslation(["workflows", "app"]);
  const [search, setSearch] = useSearchInUrl();
  const [creating, { open, close }] = useDisclosure(false);
  const workflows = useWorkflows({ search });
  const list = workflows.data;
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
        {(search || (list && list.length > 0)) && (
          <TextInput
            className={classes.search}
            size="sm"
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            placeholder={t("search")}
            aria-label={t("search")}
            leftSection={<IconSearch size={16} stroke={1.7} />}
            rightSection={
              search ? (
                <CloseButton size="sm" aria-label={t("none.clear")} onClick={() => setSearch("")} />
              ) : undefined
            }
          />
        )}
        {workflows.isPending && <PageSkeleton />}
        {workflows.isError && (
          <ErrorState
            error={workflows.error}
            title={t("loadFailed")}
            onRetry={() => void workflows.refetch()}
          />
        )}
        {list && list.length > 0 && <WorkflowTable workflows={list} />}
        {list?.length === 0 &&
          (search ? <NoMatch onClear={() => setSearch("")} /> : <NoWorkflows onNew={open} />)}
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

/** What is typed at once, and in the address a moment later. */
function useSearchInUrl(): [string, (text: string) => void] {
  const [params, setParams] = useSearchParams();
  const [text, setText] = useState(params.get("search") ?? "");
  const [settled] = useDebouncedValue(text, 250);
  useEffect(() => {
    setParams(settled ? { search: settled } : {}, { replace: true });
  }, [settled, setParams]);
  return [text, setText];
}
