import { Button, MultiSelect, Select, TagsInput, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconAdjustmentsHorizontal, IconSearch, IconX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunStatus } from "@/graph/runTypes";
import { shortRunId } from "@/ui/RunId";
import { useWorkflows } from "@/wire/queries";
import type { Priority } from "@/wire/types";
import { isLabel, PRIORITIES, RANGES, type Range, STATUSES, TRIGGERS, type useRunFilters } from "./filters";
import classes from "./RunsPage.module.css";

type State = ReturnType<typeof useRunFilters>;

/** Status, workflow, text and time, side by side; the rest on demand. */
export function RunFilterBar(state: State) {
  const { filters, setFilters, filtering, clear } = state;
  const { t } = useTranslation(["runs", "app"]);
  const workflows = useWorkflows();
  const { priority, trigger, origin, labels } = filters;
  const [more, setMore] = useState(priority !== "" || trigger !== "" || labels.length > 0);
  return (
    <div className={classes.filters}>
      <Search value={filters.search} onChange={(search) => setFilters({ search })} />
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
      {filtering && (
        <Button variant="subtle" onClick={clear}>
          {t("clear")}
        </Button>
      )}
    </div>
  );
}

function MoreFilters({ filters, setFilters }: State) {
  const { t } = useTranslation("runs");
  const { priority, trigger, labels } = filters;
  const kinds = TRIGGERS.map((value) => ({ value: value as string, label: t(`triggers.${value}`) }));
  const known = trigger === "" || kinds.some(({ value }) => value === trigger);
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
      <Select
        aria-label={t("triggers.label")}
        placeholder={t("triggers.any")}
        data={known ? kinds : [...kinds, { value: trigger, label: trigger }]}
        value={trigger || null}
        onChange={(value) => setFilters({ trigger: value ?? "" })}
        className={classes.narrow}
        clearable
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

function Search({ value, onChange }: { value: string; onChange(value: string): void }) {
  const { t } = useTranslation("runs");
  const [text, setText] = useState(value);
  const send = useDebouncedCallback(onChange, 250);
  useEffect(() => setText(value), [value]);
  return (
    <TextInput
      aria-label={t("search")}
      placeholder={t("search")}
      leftSection={<IconSearch size={14} />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        send(event.currentTarget.value);
      }}
      className={classes.search}
    />
  );
}
