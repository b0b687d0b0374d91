import { Button, MultiSelect, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunStatus } from "@/graph/runTypes";
import { useWorkflows } from "@/wire/queries";
import { RANGES, type Range, STATUSES, type useRunFilters } from "./filters";
import classes from "./RunsPage.module.css";

/** Status, workflow, text and time, side by side. */
export function RunFilterBar({ filters, setFilters, filtering, clear }: ReturnType<typeof useRunFilters>) {
  const { t } = useTranslation(["runs", "app"]);
  const workflows = useWorkflows();
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
      {filtering && (
        <Button variant="subtle" onClick={clear}>
          {t("clear")}
        </Button>
      )}
    </div>
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
