import { NumberInput, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { NextMoments } from "./TriggerDetails";
import classes from "./TriggersPage.module.css";
import {
  type CronConfig,
  type KindConfig,
  type NatsConfig,
  type StreamConfig,
  useSchedule,
  type WebhookConfig,
} from "./wire";

type Errors = ReadonlyMap<string, string>;
interface FieldsOf<Config> {
  config: Config;
  errors: Errors;
  onChange(config: Config): void;
}

/** The settings of a trigger's own kind. */
export function KindFields(props: { draft: KindConfig; errors: Errors; onChange(part: KindConfig): void }) {
  const { draft, errors, onChange } = props;
  switch (draft.kind) {
    case "webhook":
      return (
        <WebhookFields
          config={draft.config}
          errors={errors}
          onChange={(config) => onChange({ kind: "webhook", config })}
        />
      );
    case "cron":
      return (
        <CronFields
          config={draft.config}
          errors={errors}
          onChange={(config) => onChange({ kind: "cron", config })}
        />
      );
    case "nats":
      return (
        <NatsFields
          config={draft.config}
          errors={errors}
          onChange={(config) => onChange({ kind: "nats", config })}
        />
      );
    case "stream":
      return (
        <StreamFields
          config={draft.config}
          errors={errors}
          onChange={(config) => onChange({ kind: "stream", config })}
        />
      );
  }
}

function WebhookFields({ config, errors, onChange }: FieldsOf<WebhookConfig>) {
  const { t } = useTranslation("triggers");
  return (
    <>
      <Select
        label={t("webhook.signature")}
        description={config.signature === "none" ? t("webhook.noneHint") : t("webhook.standardHint")}
        data={[
          { value: "standard", label: t("webhook.standard") },
          { value: "none", label: t("webhook.none") },
        ]}
        value={config.signature}
        onChange={(value) => onChange({ ...config, signature: value as WebhookConfig["signature"] })}
        allowDeselect={false}
        mt="sm"
      />
      <Select
        label={t("format.label")}
        data={(["json", "form", "text"] as const).map((value) => ({ value, label: t(`format.${value}`) }))}
        value={config.format}
        onChange={(value) => onChange({ ...config, format: value as WebhookConfig["format"] })}
        allowDeselect={false}
        mt="sm"
      />
      <NumberInput
        label={t("webhook.wait")}
        description={t("webhook.waitHint")}
        value={config.wait_s}
        min={0}
        max={25}
        suffix=" s"
        onChange={(value) => onChange({ ...config, wait_s: Number(value) || 0 })}
        error={errors.get("/config/wait_s")}
        mt="sm"
      />
    </>
  );
}

function CronFields({ config, errors, onChange }: FieldsOf<CronConfig>) {
  const { t } = useTranslation("triggers");
  const interval = config.every_s > 0;
  return (
    <>
      <SegmentedControl
        className={classes.segments}
        data={[
          { value: "cron", label: t("cron.times") },
          { value: "every", label: t("cron.interval") },
        ]}
        value={interval ? "every" : "cron"}
        onChange={(value) =>
          onChange({
            ...config,
            ...(value === "every" ? { cron: "", every_s: 300 } : { cron: "0 7 * * 1-5", every_s: 0 }),
          })
        }
        aria-label={t("cron.how")}
      />
      {interval ? (
        <NumberInput
          label={t("cron.every")}
          value={config.every_s}
          min={1}
          allowDecimal={false}
          suffix=" s"
          onChange={(value) => onChange({ ...config, every_s: Math.max(1, Number(value) || 1) })}
          error={errors.get("/config/every_s")}
          mt="sm"
        />
      ) : (
        <>
          <TextInput
            label={t("cron.expression")}
            description={t("cron.expressionHint")}
            value={config.cron}
            onChange={(event) => onChange({ ...config, cron: event.currentTarget.value })}
            error={errors.get("/config/cron")}
            styles={{ input: { fontFamily: "var(--ac-mono)" } }}
            mt="sm"
          />
          <Select
            label={t("cron.timezone")}
            data={zones(config.timezone)}
            value={config.timezone}
            onChange={(value) => onChange({ ...config, timezone: value ?? "UTC" })}
            searchable
            allowDeselect={false}
            error={errors.get("/config/timezone")}
            mt="sm"
          />
        </>
      )}
      <Select
        label={t("cron.missed")}
        data={(["skip", "once", "all"] as const).map((value) => ({ value, label: t(`missed.${value}`) }))}
        value={config.missed}
        onChange={(value) => onChange({ ...config, missed: value as CronConfig["missed"] })}
        allowDeselect={false}
        mt="sm"
      />
      <Preview config={config} />
    </>
  );
}

/** When the schedule would be due, as it is typed. */
function Preview({ config }: { config: CronConfig }) {
  const [settled] = useDebouncedValue(config, 300);
  const { data, error } = useSchedule(settled);
  if (error) {
    return (
      <p role="alert" className={classes.wrong}>
        {error.message}
      </p>
    );
  }
  return data ? <NextMoments moments={data} /> : null;
}

const zones = (chosen: string) => [...new Set(["UTC", chosen, ...Intl.supportedValuesOf("timeZone")])];

function NatsFields({ config, errors, onChange }: FieldsOf<NatsConfig>) {
  const { t } = useTranslation("triggers");
  return (
    <>
      <TextInput
        label={t("nats.subject")}
        description={t("nats.subjectHint")}
        placeholder="orders.*"
        value={config.subject}
        onChange={(event) => onChange({ ...config, subject: event.currentTarget.value })}
        error={errors.get("/config/subject")}
        mt="sm"
      />
      <Select
        label={t("format.label")}
        data={(["json", "text"] as const).map((value) => ({ value, label: t(`format.${value}`) }))}
        value={config.format}
        onChange={(value) => onChange({ ...config, format: value as NatsConfig["format"] })}
        allowDeselect={false}
        mt="sm"
      />
    </>
  );
}

function StreamFields({ config, errors, onChange }: FieldsOf<StreamConfig>) {
  const { t } = useTranslation("triggers");
  return (
    <>
      <TextInput
        label={t("stream.key")}
        description={t("stream.keyHint")}
        placeholder="orders"
        value={config.key}
        onChange={(event) => onChange({ ...config, key: event.currentTarget.value })}
        error={errors.get("/config/key")}
        mt="sm"
      />
      <Select
        label={t("format.label")}
        data={(["fields", "json"] as const).map((value) => ({ value, label: t(`streamFormat.${value}`) }))}
        value={config.format}
        onChange={(value) => onChange({ ...config, format: value as StreamConfig["format"] })}
        allowDeselect={false}
        mt="sm"
      />
      {config.format === "json" && (
        <TextInput
          label={t("stream.field")}
          value={config.field}
          onChange={(event) => onChange({ ...config, field: event.currentTarget.value })}
          error={errors.get("/config/field")}
          mt="sm"
        />
      )}
      <Select
        label={t("stream.start")}
        data={(["new", "beginning"] as const).map((value) => ({ value, label: t(`start.${value}`) }))}
        value={config.start}
        onChange={(value) => onChange({ ...config, start: value as StreamConfig["start"] })}
        allowDeselect={false}
        mt="sm"
      />
    </>
  );
}
