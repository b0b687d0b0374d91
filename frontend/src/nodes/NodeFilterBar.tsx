import { Button, SegmentedControl, Select } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { SearchField } from "@/ui/SearchField";
import type { ClusterNode } from "@/wire/types";
import { choicesOf, HEALTHS, type NodeFilters } from "./grouping";
import classes from "./NodesPage.module.css";

export type NodeView = "map" | "list";

interface Props {
  nodes: readonly ClusterNode[];
  filters: NodeFilters;
  set(changed: Partial<Record<keyof NodeFilters, string | null>>): void;
  filtering: boolean;
  clear(): void;
  view: NodeView;
  onView(view: NodeView): void;
}

/** Region, role, agent, health and text; map or list at the right. */
export function NodeFilterBar({ nodes, filters, set, filtering, clear, view, onView }: Props) {
  const { t } = useTranslation("registry");
  const { regions, roles, agents } = useMemo(() => choicesOf(nodes), [nodes]);
  const choice = (name: "region" | "role" | "agent", data: string[]) => (
    <Select
      aria-label={t(`nodes.filter.${name}`)}
      placeholder={t(`nodes.any.${name}`)}
      data={data}
      value={filters[name] || null}
      onChange={(value) => set({ [name]: value })}
      w={name === "agent" ? 170 : 130}
      searchable={data.length > 8}
      clearable
    />
  );
  return (
    <div className={classes.filters}>
      <SearchField label={t("nodes.search")} value={filters.search} onChange={(search) => set({ search })} />
      {choice("region", regions)}
      {choice("role", roles)}
      {choice("agent", agents)}
      <Select
        aria-label={t("nodes.filter.health")}
        placeholder={t("nodes.any.health")}
        data={HEALTHS.map((value) => ({ value, label: t(`nodes.status.${value}`) }))}
        value={filters.health || null}
        onChange={(health) => set({ health })}
        w={130}
        clearable
      />
      {filtering && (
        <Button variant="subtle" onClick={clear}>
          {t("nodes.clear")}
        </Button>
      )}
      <SegmentedControl
        aria-label={t("nodes.view.label")}
        className={classes.view}
        value={view}
        onChange={(next) => onView(next as NodeView)}
        data={[
          { value: "map", label: t("nodes.view.map") },
          { value: "list", label: t("nodes.view.list") },
        ]}
      />
    </div>
  );
}
