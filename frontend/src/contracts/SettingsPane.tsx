import { Button, Select, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "@/wire/problem";
import { useMe } from "@/wire/queries";
import classes from "./Contracts.module.css";
import { DeleteContract } from "./DeleteContract";
import { useMayBind, useMayChange } from "./may";
import { Reasoned } from "./Reasoned";
import { SAMPLE_PATTERN, SIDES } from "./samples";
import { type ContractDetail, LEVELS, type Level, type Mode, useSettings } from "./wire";

/** What holds for a contract: level, mode, what it applies to, whose it is. */
export function SettingsPane({ contract }: { contract: ContractDetail }) {
  const { t } = useTranslation("contracts");
  const settings = useSettings(contract.name);
  const { may, why } = useMayChange(contract);
  const fields = settings.error instanceof ApiProblem ? settings.error.byField : new Map<string, string>();
  const { for_all } = contract;
  const level = contract.own_compatibility ? contract.compatibility : "";
  return (
    <section>
      <h2 className={classes.heading}>{t("settings.title")}</h2>
      {why && !contract.system && <p className={classes.why}>{why}</p>}
      <div className={classes.settings}>
        <Reasoned why={why}>
          <Select
            label={t("settings.level")}
            description={t(`levelHints.${contract.compatibility}`)}
            data={[
              { value: "", label: t("settings.inherit", { what: t(`levels.${for_all.compatibility}`) }) },
              ...LEVELS.map((value) => ({ value, label: t(`levels.${value}`) })),
            ]}
            value={level}
            onChange={(value) => settings.mutate({ compatibility: (value ?? "") as Level | "" })}
            allowDeselect={false}
            disabled={!may}
          />
        </Reasoned>
        <Reasoned why={why}>
          <Select
            label={t("settings.mode")}
            data={[
              { value: "", label: t("settings.inherit", { what: t(`modes.${for_all.mode}`) }) },
              ...(["READWRITE", "READONLY"] as const).map((value) => ({ value, label: t(`modes.${value}`) })),
            ]}
            value={contract.own_mode ? contract.mode : ""}
            onChange={(value) => settings.mutate({ mode: (value ?? "") as Mode | "" })}
            allowDeselect={false}
            disabled={!may}
          />
        </Reasoned>
        {!contract.system && (
          <Place contract={contract} settings={settings} error={fields.get("/pattern") ?? ""} />
        )}
        {!contract.system && <Owner contract={contract} settings={settings} />}
      </div>
      {settings.error && !fields.get("/pattern") && (
        <p className={classes.bad} role="alert">
          {settings.error.message}
        </p>
      )}
      {!contract.system && <DeleteContract contract={contract} />}
    </section>
  );
}

interface Part {
  contract: ContractDetail;
  settings: ReturnType<typeof useSettings>;
}

function Place({ contract, settings, error }: Part & { error: string }) {
  const { t } = useTranslation("contracts");
  const { may, why } = useMayBind(contract);
  const [pattern, setPattern] = useState(contract.pattern);
  useEffect(() => setPattern(contract.pattern), [contract.pattern]);
  return (
    <Reasoned why={why}>
      <TextInput
        label={t("settings.subject")}
        description={may ? t("settings.subjectHint", SIDES) : why}
        placeholder={may ? SAMPLE_PATTERN : t("settings.unbound")}
        value={pattern}
        onChange={(event) => setPattern(event.currentTarget.value)}
        error={error}
        disabled={!may}
        styles={{ input: { fontFamily: "var(--ac-mono)" } }}
      />
      {pattern !== contract.pattern && (
        <Button
          mt="xs"
          size="xs"
          loading={settings.isPending}
          onClick={() => settings.mutate({ pattern: pattern.trim() })}
        >
          {t("settings.save")}
        </Button>
      )}
    </Reasoned>
  );
}

function Owner({ contract, settings }: Part) {
  const { t } = useTranslation("contracts");
  const { may, why } = useMayBind(contract);
  const projects = useMe().data?.projects ?? [];
  const there = projects.some(({ slug }) => slug === contract.project);
  const known = projects.map(({ slug, name }) => ({ value: slug, label: name }));
  const other = contract.project && !there ? [{ value: contract.project, label: contract.project }] : [];
  return (
    <Reasoned why={why}>
      <Select
        label={t("settings.project")}
        description={t("settings.projectHint")}
        data={[
          { value: "", label: t(contract.may.bind ? "settings.noProject" : "settings.otherProject") },
          ...known,
          ...other,
        ]}
        value={contract.project ?? ""}
        onChange={(value) => settings.mutate({ project: value ?? "" })}
        allowDeselect={false}
        disabled={!may}
      />
    </Reasoned>
  );
}
