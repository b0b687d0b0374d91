import { Button, Checkbox, Select } from "@mantine/core";
import { IconContract, IconFilterOff, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { OperatorButton } from "@/ui/OperatorButton";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { RelativeTime } from "@/ui/RelativeTime";
import { SearchField } from "@/ui/SearchField";
import { useUrlFilters } from "@/ui/useUrlFilters";
import classes from "./Contracts.module.css";
import { useMayRegister } from "./may";
import { NewContract } from "./NewContract";
import { RejectedNotice } from "./RejectedNotice";
import { TypeTag } from "./TypeTag";
import { type Contract, SCHEMA_TYPES, useContracts } from "./wire";

const FILTERS = ["search", "schema_type", "system", "rejected"] as const;

/** Every contract: of which type, in which version, and how many messages broke it. */
export default function ContractsPage() {
  const { t } = useTranslation("contracts");
  const { filters, set, clear, filtering } = useUrlFilters(FILTERS);
  const found = useContracts({ ...filters, limit: 100 });
  const [adding, setAdding] = useState(false);
  const mayRegister = useMayRegister();
  const list = found.data?.pages.flatMap((page) => page.results) ?? [];
  const add = (
    <OperatorButton leftSection={<IconPlus size={15} />} onClick={() => setAdding(true)} may={mayRegister}>
      {t("new.action")}
    </OperatorButton>
  );
  return (
    <div className={classes.page}>
      <PageHeader crumbs={[{ label: t("title") }]} actions={add} />
      <div className={classes.filters}>
        <SearchField
          label={t("search")}
          value={filters.search}
          onChange={(search) => set({ search })}
          width={260}
        />
        <Select
          aria-label={t("type")}
          placeholder={t("anyType")}
          data={SCHEMA_TYPES.map((value) => ({ value, label: t(`types.${value}`) }))}
          value={filters.schema_type || null}
          onChange={(value) => set({ schema_type: value })}
          clearable
        />
        <Select
          aria-label={t("whose")}
          placeholder={t("whoseAny")}
          data={[
            { value: "false", label: t("whoseOwn") },
            { value: "true", label: t("whoseSystem") },
          ]}
          value={filters.system || null}
          onChange={(value) => set({ system: value })}
          clearable
        />
        <Checkbox
          className={classes.only ?? ""}
          label={t("onlyRejected")}
          checked={filters.rejected === "true"}
          onChange={(event) => set({ rejected: event.currentTarget.checked ? "true" : null })}
        />
      </div>
      <RejectedNotice />
      {found.isPending && <PageSkeleton />}
      {found.error && !found.data && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && list.length === 0 && (
        <EmptyState
          icon={
            filtering ? <IconFilterOff size={24} stroke={1.6} /> : <IconContract size={24} stroke={1.6} />
          }
          title={t(filtering ? "noMatch.title" : "empty.title")}
          text={t(filtering ? "noMatch.text" : "empty.text")}
          action={
            filtering ? (
              <Button variant="default" onClick={clear}>
                {t("clear")}
              </Button>
            ) : (
              add
            )
          }
        />
      )}
      {list.length > 0 && <ContractTable contracts={list} />}
      {found.hasNextPage && (
        <Button
          className={classes.more}
          variant="default"
          loading={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          {t("more")}
        </Button>
      )}
      {adding && <NewContract onClose={() => setAdding(false)} />}
    </div>
  );
}

const COLUMNS = ["name", "type", "version", "subject", "level", "rejected", "changed"] as const;

function ContractTable({ contracts }: { contracts: readonly Contract[] }) {
  const { t } = useTranslation("contracts");
  return (
    <div className={classes.scroller}>
      <table className={classes.table} aria-label={t("title")}>
        <thead>
          <tr>
            {COLUMNS.map((name) => (
              <th key={name} scope="col">
                {t(`column.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {contracts.map((contract) => (
            <ContractRow key={contract.name} contract={contract} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ContractRow({ contract }: { contract: Contract }) {
  const { t, i18n } = useTranslation("contracts");
  const { latest, rejected } = contract;
  return (
    <tr>
      <td>
        <Link
          className={classes.name}
          title={contract.name}
          to={`/contracts/${encodeURIComponent(contract.name)}`}
        >
          {contract.name}
        </Link>
        {contract.system && <small className={classes.quiet}>{t("systemMark")}</small>}
      </td>
      <td>
        <TypeTag type={latest.schema_type} />
      </td>
      <td className="mono">{latest.version}</td>
      <td className={`${classes.quiet} mono`}>
        <span className={classes.place} title={contract.pattern}>
          {contract.pattern || (contract.system ? "–" : t("settings.unbound"))}
        </span>
      </td>
      <td className={classes.quiet}>
        {t(`levels.${contract.compatibility}`)}
        {contract.mode === "READONLY" && <small>{t("modes.READONLY")}</small>}
      </td>
      <td className={rejected ? classes.bad : classes.quiet}>
        {rejected && contract.may.see_rejected ? (
          <Link to={`/contracts/${encodeURIComponent(contract.name)}?tab=rejected`}>
            {rejected.toLocaleString(i18n.language)}
          </Link>
        ) : (
          (rejected?.toLocaleString(i18n.language) ?? t("unknown"))
        )}
      </td>
      <td className={classes.quiet}>
        <RelativeTime at={contract.updated_at} />
      </td>
    </tr>
  );
}
