import { Select } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { DiffLines } from "@/ui/DiffLines";
import { ErrorState } from "@/ui/ErrorState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import classes from "./Contracts.module.css";
import { Reasons } from "./Reasons";
import { type ContractDetail, useDiff } from "./wire";

interface Props {
  contract: ContractDetail;
  old: string;
  now: string;
  onChange(old: string, now: string): void;
}

/** Two versions, line by line, and what the change breaks. */
export function DiffView({ contract, old, now, onChange }: Props) {
  const { t } = useTranslation("contracts");
  const diff = useDiff(contract.name, old, now);
  const versions = contract.all_versions.map(({ version }) => version);
  return (
    <section>
      <div className={classes.bar}>
        <Select
          aria-label={t("diff.old")}
          data={versions}
          value={old}
          onChange={(value) => value && onChange(value, now)}
          allowDeselect={false}
          w={140}
        />
        <IconArrowRight size={15} aria-hidden />
        <Select
          aria-label={t("diff.new")}
          data={versions}
          value={now}
          onChange={(value) => value && onChange(old, value)}
          allowDeselect={false}
          w={140}
        />
      </div>
      {old === now && <p className={classes.quiet}>{t("diff.choose")}</p>}
      {diff.isLoading && <PageSkeleton />}
      {diff.error && <ErrorState error={diff.error} onRetry={() => void diff.refetch()} />}
      {diff.data && old !== now && (
        <>
          <DiffLines lines={diff.data.lines} label={t("tab.diff")} />
          <h2 className={classes.heading}>{t("diff.breaks")}</h2>
          <Reasons reasons={diff.data.incompatibilities} none={t("diff.breaksNothing")} />
        </>
      )}
    </section>
  );
}
