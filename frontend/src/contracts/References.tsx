import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./References.module.css";
import { SAMPLE_REFERENCES } from "./samples";
import { type Reference, type SchemaType, useContract, useContracts } from "./wire";

interface Props {
  type: SchemaType;
  references: readonly Reference[];
  onChange(references: readonly Reference[]): void;
}

/** Whether every reference says what it is called and where it leads. */
export const complete = (references: readonly Reference[]) =>
  references.every(({ name, subject, version }) => name.trim() !== "" && subject !== "" && version > 0);

/** The other contracts a schema refers to: what it calls each, which contract that is, in which version. */
export function References({ type, references, onChange }: Props) {
  const { t } = useTranslation("contracts");
  const change = (at: number, what: Partial<Reference>) =>
    onChange(references.map((one, index) => (index === at ? { ...one, ...what } : one)));
  return (
    <fieldset className={classes.references}>
      <legend>{t("references.title")}</legend>
      <p>{t("references.hint")}</p>
      {references.map((reference, at) => (
        <Row
          // biome-ignore lint/suspicious/noArrayIndexKey: a reference has no identity but its place
          key={at}
          number={at + 1}
          type={type}
          reference={reference}
          onChange={(what) => change(at, what)}
          onRemove={() => onChange(references.filter((_, index) => index !== at))}
        />
      ))}
      <Button
        variant="default"
        size="xs"
        leftSection={<IconPlus size={14} />}
        onClick={() => onChange([...references, { name: "", subject: "", version: 0 }])}
      >
        {t("references.add")}
      </Button>
    </fieldset>
  );
}

interface RowProps {
  number: number;
  type: SchemaType;
  reference: Reference;
  onChange(what: Partial<Reference>): void;
  onRemove(): void;
}

function Row({ number, type, reference, onChange, onRemove }: RowProps) {
  const { t } = useTranslation("contracts");
  const { name, subject, version } = reference;
  const [search, setSearch] = useState(subject);
  const [settled] = useDebouncedValue(search, 200);
  const found = useContracts({ search: settled === subject ? "" : settled, schema_type: type, limit: 50 });
  const contracts = found.data?.pages.flatMap((page) => page.results) ?? [];
  const names = [...new Set([...(subject ? [subject] : []), ...contracts.map((one) => one.name)])];
  const choose = (chosen: string | null) =>
    onChange({
      subject: chosen ?? "",
      version: contracts.find((one) => one.name === chosen)?.latest.number ?? 0,
    });
  return (
    // biome-ignore lint/a11y/useSemanticElements: a row of the fieldset around it
    <div role="group" className={classes.row} aria-label={t("references.row", { number })}>
      <TextInput
        aria-label={t("references.name")}
        placeholder={SAMPLE_REFERENCES[type]}
        value={name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
        maxLength={255}
      />
      <Select
        aria-label={t("references.contract")}
        placeholder={t("references.choose")}
        nothingFoundMessage={t("references.none")}
        data={names}
        filter={({ options }) => options}
        value={subject || null}
        searchValue={search}
        onSearchChange={setSearch}
        onChange={choose}
        searchable
      />
      {subject ? (
        <VersionChoice
          subject={subject}
          version={version}
          onChange={(chosen) => onChange({ version: chosen })}
        />
      ) : (
        <span />
      )}
      <ActionIcon
        variant="subtle"
        aria-label={t("references.remove", { name: name || subject || number })}
        onClick={onRemove}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </div>
  );
}

interface VersionProps {
  subject: string;
  version: number;
  onChange(version: number): void;
}

function VersionChoice({ subject, version, onChange }: VersionProps) {
  const { t } = useTranslation("contracts");
  const contract = useContract(subject);
  const known = contract.data?.all_versions.map((one) => ({ value: String(one.number), label: one.version }));
  const now = version ? [{ value: String(version), label: `#${version}` }] : [];
  return (
    <Select
      aria-label={t("references.version", { name: subject })}
      data={known ?? now}
      value={version ? String(version) : null}
      onChange={(chosen) => onChange(Number(chosen))}
      allowDeselect={false}
    />
  );
}
