import { Tabs } from "@mantine/core";
import { IconContract, IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { useUrlFilters } from "@/ui/useUrlFilters";
import { isProblem } from "@/wire/problem";
import classes from "./Contracts.module.css";
import { DiffView } from "./DiffView";
import { useMayClear } from "./may";
import { RejectedList } from "./RejectedList";
import { SchemaPane } from "./SchemaPane";
import { SettingsPane } from "./SettingsPane";
import { TrialForm } from "./TrialForm";
import { TypeTag } from "./TypeTag";
import { UsedBy } from "./UsedBy";
import { type ContractDetail, useContract } from "./wire";

const FILTERS = ["tab", "version", "old"] as const;

/** One contract: its versions, what changed, would this schema do, who uses it, what was rejected. */
export default function ContractPage() {
  const { t } = useTranslation("contracts");
  const { name = "" } = useParams();
  const contract = useContract(name);
  const gone = contract.error && isProblem(contract.error) && contract.error.status === 404;
  return (
    <>
      <PageHeader crumbs={[{ label: t("title"), to: "/contracts" }, { label: name }]} />
      {contract.isPending && <PageSkeleton />}
      {gone && (
        <EmptyState
          icon={<IconContract size={24} stroke={1.6} />}
          title={t("gone.title")}
          text={t("gone.text")}
        />
      )}
      {contract.error && !gone && !contract.data && (
        <ErrorState error={contract.error} onRetry={() => void contract.refetch()} />
      )}
      {contract.data && !gone && <Detail contract={contract.data} />}
    </>
  );
}

function Detail({ contract }: { contract: ContractDetail }) {
  const { t, i18n } = useTranslation("contracts");
  const { filters, set } = useUrlFilters(FILTERS);
  const { latest } = contract;
  const mayClear = useMayClear(contract);
  const shown = contract.all_versions.find(({ version }) => version === filters.version) ?? latest;
  const before = contract.all_versions.find(({ number }) => number < shown.number);
  return (
    <div className={classes.detail}>
      <header className={classes.head}>
        <h1>{contract.name}</h1>
        <TypeTag type={latest.schema_type} />
        <code>{latest.version}</code>
        {contract.system && <span className={classes.quiet}>{t("systemHint")}</span>}
      </header>
      <div className={classes.columns}>
        <Tabs
          value={filters.tab || "schema"}
          onChange={(tab) => set({ tab: tab === "schema" ? null : tab })}
          keepMounted={false}
        >
          <Tabs.List aria-label={contract.name}>
            <Tabs.Tab value="schema">{t("tab.schema")}</Tabs.Tab>
            <Tabs.Tab value="diff" disabled={contract.all_versions.length < 2}>
              {t("tab.diff")}
            </Tabs.Tab>
            <Tabs.Tab value="check">{t("tab.check")}</Tabs.Tab>
            <Tabs.Tab value="rejected">
              {t("tab.rejected")}
              {contract.rejected ? (
                <b className={classes.count}>{contract.rejected.toLocaleString(i18n.language)}</b>
              ) : null}
            </Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="schema" pt="md">
            <SchemaPane
              contract={contract}
              shown={shown}
              onShow={(version) => set({ version: version === latest.version ? null : version })}
            />
          </Tabs.Panel>
          <Tabs.Panel value="diff" pt="md">
            <DiffView
              contract={contract}
              old={filters.old || before?.version || contract.all_versions.at(-1)?.version || ""}
              now={shown.version}
              onChange={(old, version) => set({ old, version })}
            />
          </Tabs.Panel>
          <Tabs.Panel value="check" pt="md">
            <TrialForm contract={contract} />
          </Tabs.Panel>
          <Tabs.Panel value="rejected" pt="md">
            {contract.may.see_rejected ? (
              <RejectedList name={contract.name} may={mayClear} />
            ) : (
              <EmptyState
                icon={<IconLock size={24} stroke={1.6} />}
                title={t("mayNot.rejectedTitle")}
                text={t("mayNot.rejected")}
              />
            )}
          </Tabs.Panel>
        </Tabs>
        <aside className={classes.side}>
          <SettingsPane contract={contract} />
          <UsedBy users={contract.used_by} />
        </aside>
      </div>
    </div>
  );
}
