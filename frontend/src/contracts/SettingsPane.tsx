import { Button, Select, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "@/wire/problem";
import classes from "./Contracts.module.css";
import { SAMPLE_PATTERN } from "./samples";
import { type ContractDetail, LEVELS, type Level, type Mode, useSettings } from "./wire";

/** What holds for a contract: level, mode, the NATS subject it applies to. */
export function SettingsPane({ contract }: { contract: ContractDetail }) {
  const { t } = useTranslation("contracts");
  const settings = useSettings(contract.name);
  const [pattern, setPattern] = useState(contract.pattern);
  useEffect(() => setPattern(contract.pattern), [contract.pattern]);
  const fields = settings.error instanceof ApiProblem ? settings.error.byField : new Map<string, string>();
  const level = contract.own_compatibility ? contract.compatibility : "";
  return (
    <section>
      <h2 className={classes.heading}>{t("settings.title")}</h2>
      <Select
        label={t("settings.level")}
        description={t(`levelHints.${contract.compatibility}`)}
        data={[
          { value: "", label: t("settings.inherit", { level: t(`levels.${contract.compatibility}`) }) },
          ...LEVELS.map((value) => ({ value, label: t(`levels.${value}`) })),
        ]}
        value={level}
        onChange={(value) => settings.mutate({ compatibility: (value ?? "") as Level | "" })}
        allowDeselect={false}
        disabled={contract.system}
      />
      <Select
        mt="sm"
        label={t("settings.mode")}
        data={(["READWRITE", "READONLY"] as const).map((value) => ({ value, label: t(`modes.${value}`) }))}
        value={contract.mode}
        onChange={(value) => settings.mutate({ mode: value as Mode })}
        allowDeselect={false}
        disabled={contract.system}
      />
      {!contract.system && (
        <div className={classes.pattern}>
          <TextInput
            label={t("settings.subject")}
            description={t("settings.subjectHint")}
            placeholder={SAMPLE_PATTERN}
            value={pattern}
            onChange={(event) => setPattern(event.currentTarget.value)}
            error={fields.get("/pattern")}
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
        </div>
      )}
      {settings.error && !fields.get("/pattern") && (
        <p className={classes.bad} role="alert">
          {settings.error.message}
        </p>
      )}
    </section>
  );
}
