import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CopyButton } from "@/ui/CopyButton";
import { ErrorState } from "@/ui/ErrorState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { RelativeTime } from "@/ui/RelativeTime";
import classes from "./Contracts.module.css";
import { SchemaCode } from "./SchemaCode";
import { type ContractDetail, type ContractVersion, useContractText } from "./wire";

interface Props {
  contract: ContractDetail;
  shown: ContractVersion;
  onShow(version: string): void;
}

/** A version's schema, with where it comes from. */
export function SchemaPane({ contract, shown, onShow }: Props) {
  const { t } = useTranslation("contracts");
  const text = useContractText(contract.name, shown.version);
  return (
    <section>
      <div className={classes.bar}>
        <Select
          aria-label={t("version")}
          data={contract.all_versions.map(({ version, number }) => ({
            value: version,
            label: number === contract.latest.number ? `${version} · ${t("newest")}` : version,
          }))}
          value={shown.version}
          onChange={(version) => version && onShow(version)}
          allowDeselect={false}
          w={190}
        />
        <span className={classes.quiet}>
          {t("schemaId", { id: shown.schema_id })} · <RelativeTime at={shown.created_at} />
          {shown.created_by && ` · ${shown.created_by}`}
        </span>
        <span className={classes.gap} />
        {text.data && <CopyButton value={text.data.schema} label={t("copySchema")} />}
      </div>
      {text.isPending && <PageSkeleton />}
      {text.error && !text.data && <ErrorState error={text.error} onRetry={() => void text.refetch()} />}
      {text.data && (
        <SchemaCode
          text={text.data.schema}
          type={text.data.schema_type}
          label={t("schemaOf", { name: `${contract.name} ${shown.version}` })}
        />
      )}
      {text.data && text.data.references.length > 0 && (
        <p className={classes.quiet}>
          {t("refersTo", {
            list: text.data.references.map(({ subject, version }) => `${subject} (${version})`).join(", "),
          })}
        </p>
      )}
    </section>
  );
}
