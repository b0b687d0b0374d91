import { Button, Select, TextInput } from "@mantine/core";
import { IconPackageImport, IconRobot, IconSearch, IconZoomExclamation } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { useAgents } from "@/wire/queries";
import type { Agent } from "@/wire/types";
import { AgentCard } from "./AgentCard";
import classes from "./AgentsPage.module.css";

/** The registry: what can be put into a workflow, and whether somebody runs it. */
export default function AgentsPage() {
  const { t } = useTranslation("registry");
  const [search, setSearch] = useSearchParams();
  const agents = useAgents();
  const change = (name: string, value: string | null) =>
    setSearch(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  const all = agents.data ?? [];
  const shown = all.filter((agent) => fits(agent, search));
  const choices = (values: string[]) => [...new Set(values)].sort();
  return (
    <div className={classes.page}>
      <PageHeader
        crumbs={[{ label: t("agents.title") }]}
        actions={
          <Button
            component={Link}
            to="/agents/bundles"
            variant="default"
            leftSection={<IconPackageImport size={15} />}
          >
            {t("agents.bundles")}
          </Button>
        }
      />
      <div className={classes.filters}>
        <TextInput
          aria-label={t("agents.search")}
          placeholder={t("agents.search")}
          leftSection={<IconSearch size={14} />}
          value={search.get("search") ?? ""}
          onChange={(event) => change("search", event.currentTarget.value)}
          w={260}
        />
        <Select
          aria-label={t("agents.category")}
          placeholder={t("agents.anyCategory")}
          data={choices(all.map((agent) => agent.category))}
          value={search.get("category")}
          onChange={(value) => change("category", value)}
          clearable
        />
        <Select
          aria-label={t("agents.capability")}
          placeholder={t("agents.anyCapability")}
          data={choices(all.flatMap((agent) => agent.capabilities))}
          value={search.get("capability")}
          onChange={(value) => change("capability", value)}
          searchable
          clearable
        />
      </div>
      {agents.isPending && <PageSkeleton />}
      {agents.error && !agents.data && (
        <ErrorState error={agents.error} onRetry={() => void agents.refetch()} />
      )}
      {agents.data && shown.length === 0 && (
        <Nothing none={all.length === 0} clear={() => setSearch({}, { replace: true })} />
      )}
      {all.some((agent) => agent.live_instances === null) && (
        <p className={classes.unknown} role="status">
          {t("agents.liveUnknown")}
        </p>
      )}
      <div className={classes.grid}>
        {shown.map((agent) => (
          <AgentCard key={agent.name} agent={agent} />
        ))}
      </div>
    </div>
  );
}

function fits(agent: Agent, search: URLSearchParams): boolean {
  const words = (search.get("search") ?? "").toLowerCase().split(/\s+/);
  const category = search.get("category");
  const capability = search.get("capability");
  const texts = [
    agent.name,
    ...Object.values(agent.title),
    ...Object.values(agent.description),
    ...agent.capabilities,
  ];
  const text = texts.join(" ").toLowerCase();
  return (
    words.every((word) => text.includes(word)) &&
    (!category || agent.category === category) &&
    (!capability || agent.capabilities.includes(capability))
  );
}

function Nothing({ none, clear }: { none: boolean; clear(): void }) {
  const { t } = useTranslation("registry");
  if (none) {
    return (
      <EmptyState
        icon={<IconRobot size={24} stroke={1.6} />}
        title={t("agents.empty.title")}
        text={t("agents.empty.text")}
      />
    );
  }
  return (
    <EmptyState
      icon={<IconZoomExclamation size={24} stroke={1.6} />}
      title={t("agents.noMatch.title")}
      text={t("agents.noMatch.text")}
      action={
        <Button variant="default" onClick={clear}>
          {t("agents.noMatch.action")}
        </Button>
      }
    />
  );
}
