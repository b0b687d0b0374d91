import { Button, SegmentedControl } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { History } from "./History";
import classes from "./PoliciesPage.module.css";
import { PolicyForm } from "./PolicyForm";
import { PolicyTable } from "./PolicyTable";
import { Propagation } from "./Propagation";
import { TryPanel } from "./TryPanel";
import { type Kind, type Policy, usePolicies } from "./wire";

const VIEWS = ["list", "history", "try"] as const;
type View = (typeof VIEWS)[number];

/** `/policies`: what operators have decided, since when and where it is in force, and the way back. */
export default function PoliciesPage() {
  const { t } = useTranslation("policies");
  const [params, setParams] = useSearchParams();
  const [form, setForm] = useState<Policy | Kind | null>(null);
  const found = usePolicies();
  const set = found.data;
  const view = VIEWS.find((one) => one === params.get("view")) ?? "list";
  const show = (next: View) => setParams(next === "list" ? {} : { view: next }, { replace: true });
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
            onChange={(next) => show(next as View)}
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
            <PolicyTable set={set} onAdd={setForm} onEdit={setForm} />
          </>
        )}
        {set && view === "history" && <History set={set} />}
        {set && view === "try" && <TryPanel />}
      </div>
      {set && form !== null && <PolicyForm set={set} given={form} onClose={() => setForm(null)} />}
    </>
  );
}
