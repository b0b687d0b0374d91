import { Button, MultiSelect, Select, TagsInput } from "@mantine/core";
import { IconAdjustmentsHorizontal, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunStatus } from "@/graph/runTypes";
import { shortRunId } from "@/ui/RunId";
import { SearchField } from "@/ui/SearchField";
import { useMe, useWorkflows } from "@/wire/queries";
import type { Priority } from "@/wire/types";
import { isLabel, PRIORITIES, RANGES, type Range, STATUSES, type useRunFilters } from "./filters";
import classes from "./RunsPage.module.css";

type State = ReturnType<typeof useRunFilters>;

/** Status, workflow, text and time, side by side; the rest on demand. */
export function RunFilterBar(state: State) {
  const { filters, setFilters, filtering, clear } = state;
  const { t } = useTranslation(["runs", "app"]);
  const workflows = useWorkflows();
  const { priority, trigger, origin, agent, labels } = filters;
  const [more, setMore] = useState(priority !== "" || trigger !== "" || labels.length > 0);
  return (
    <div className={classes.filters}>
      <SearchField
        label={t("search")}
        value={filters.search}
        onChange={(search) => setFilters({ search })}
        className={classes.search}
      />
      <MultiSelect
        aria-label={t("status")}
        placeholder={filters.status.length > 0 ? undefined : t("anyStatus")}
        data={STATUSES.map((value) => ({ value, label: t(`status.${value}`, { ns: "app" }) }))}
        value={[...filters.status]}
        onChange={(status) => setFilters({ status: status as RunStatus[] })}
        className={classes.statuses}
        clearable
      />
      <Select
        aria-label={t("workflow")}
        placeholder={t("anyWorkflow")}
        data={(workflows.data ?? []).map(({ id, title }) => ({ value: id, label: title }))}
        value={filters.workflow || null}
        onChange={(workflow) => setFilters({ workflow: workflow ?? "" })}
        searchable
        clearable
      />
      <ProjectSelect {...state} />
      <Select
        aria-label={t("since.label")}
        placeholder={t("since.any")}
        data={Object.keys(RANGES).map((value) => ({ value, label: t(`since.${value}`) }))}
        value={filters.range || null}
        onChange={(range) => setFilters({ range: (range as Range | null) ?? "" })}
        clearable
      />
      {more ? (
        <MoreFilters {...state} />
      ) : (
        <Button
          variant="default"
          leftSection={<IconAdjustmentsHorizontal size={15} />}
          onClick={() => setMore(true)}
        >
          {t("moreFilters")}
        </Button>
      )}
      {origin && (
        <Button
          variant="light"
          rightSection={<IconX size={14} />}
          onClick={() => setFilters({ origin: "" })}
          title={origin}
        >
          {t("madeFrom", { run: shortRunId(origin) })}
        </Button>
      )}
      {agent && (
        <Button variant="light" rightSection={<IconX size={14} />} onClick={() => setFilters({ agent: "" })}>
          {t("withAgent", { agent })}
        </Button>
      )}
      {filtering && (
        <Button variant="subtle" onClick={clear}>
          {t("clear")}
        </Button>
      )}
    </div>
  );
}

/** For those who are in several. */
function ProjectSelect({ filters, setFilters }: State) {
  const { t } = useTranslation("runs");
  const projects = useMe().data?.projects ?? [];
  if (projects.length < 2 && !filters.project) return null;
  return (
    <Select
      aria-label={t("project")}
      placeholder={t("anyProject")}
      data={projects.map(({ slug, name }) => ({ value: slug, label: name }))}
      value={filters.project || null}
      onChange={(project) => setFilters({ project: project ?? "" })}
      className={classes.narrow}
      searchable
      clearable
    />
  );
}

function MoreFilters({ filters, setFilters }: State) {
  const { t } = useTranslation("runs");
  const { priority, trigger, labels } = filters;
  return (
    <>
      <Select
        aria-label={t("priority.label")}
        placeholder={t("priority.any")}
        data={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) }))}
        value={priority || null}
        onChange={(value) => setFilters({ priority: (value as Priority | null) ?? "" })}
        className={classes.narrow}
        clearable
      />
      <SearchField
        label={t("triggers.label")}
        value={trigger}
        onChange={(value) => setFilters({ trigger: value.trim() })}
        className={classes.narrow}
      />
      <TagsInput
        aria-label={t("labels.label")}
        placeholder={labels.length > 0 ? undefined : t("labels.placeholder")}
        value={[...labels]}
        onChange={(next) => setFilters({ labels: next.filter(isLabel) })}
        maxTags={10}
        className={classes.statuses}
        clearable
      />
    </>
  );
}
