import { Button, SegmentedControl } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { useUrlFilters } from "@/ui/useUrlFilters";
import { FILTERS } from "./filters";
import { History } from "./History";
import classes from "./PoliciesPage.module.css";
import { PolicyDetail } from "./PolicyDetail";
import { PolicyFilters } from "./PolicyFilters";
import { PolicyForm } from "./PolicyForm";
import { PolicyTable } from "./PolicyTable";
import { Propagation } from "./Propagation";
import { TryPanel } from "./TryPanel";
import { type Kind, type Policy, usePolicies } from "./wire";

const VIEWS = ["list", "history", "try"] as const;
const SHOWN = ["view", "policy"] as const;

/** `/policies`: what operators have decided, since when and where it is in force, and the way back. */
export default function PoliciesPage() {
  const { t } = useTranslation("policies");
  const { filters, set: filter, clear } = useUrlFilters(FILTERS);
  const { filters: shown, set: show } = useUrlFilters(SHOWN);
  const [form, setForm] = useState<Policy | Kind | null>(null);
  const found = usePolicies();
  const set = found.data;
  const view = VIEWS.find((one) => one === shown.view) ?? "list";
  const add = set?.may_change && (
    <Button leftSection={<IconPlus size={15} />} onClick={() => setForm("rate_limit")}>
      {t("new")}
    </Button>
  );
  return (
    <>
      <PageHeader crumbs={[{ label: t("title") }]} actions={add} />
      <div className={classes.page}>
        <div className={classes.bar}>
          <SegmentedControl
            value={view}
            onChange={(next) => show({ view: next === "list" ? null : next })}
            data={VIEWS.map((value) => ({ value, label: t(`view.${value}`) }))}
            aria-label={t("view.label")}
          />
          {set && <Propagation number={set.number} />}
        </div>
        {found.isPending && <PageSkeleton />}
        {found.error && !set && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
        {set && view === "list" && (
          <>
            <p className={classes.lead}>{t("lead")}</p>
            {set.policies.length > 0 && <PolicyFilters filters={filters} onChange={filter} onClear={clear} />}
            <PolicyTable set={set} filters={filters} onAdd={setForm} onEdit={setForm} onClear={clear} />
          </>
        )}
        {set && view === "history" && <History set={set} />}
        {set && view === "try" && <TryPanel />}
      </div>
      {set && shown.policy && form === null && (
        <PolicyDetail name={shown.policy} set={set} onEdit={setForm} onClose={() => show({ policy: null })} />
      )}
      {set && form !== null && <PolicyForm set={set} given={form} onClose={() => setForm(null)} />}
    </>
  );
}
