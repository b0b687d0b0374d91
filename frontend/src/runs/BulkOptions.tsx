import { Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { JsonText } from "@/trace/dialogs/JsonText";
import type { ApiProblem } from "@/wire/problem";
import type { BulkAction } from "@/wire/types";
import type { BulkInput } from "./bulkActions";

interface Props {
  action: BulkAction;
  value: BulkInput;
  onChange(value: BulkInput): void;
  problem: ApiProblem | null;
}

/** What an action takes besides a reason. */
export function BulkOptions({ action, value, onChange, problem }: Props) {
  const { t } = useTranslation("runs");
  const change = (part: Partial<BulkInput>) => onChange({ ...value, ...part });
  const error = (name: string) => problem?.byField.get(`/${name}`);
  const text = (name: "name" | "key" | "step", label: string, description: string) => (
    <TextInput
      label={label}
      description={description}
      value={value[name]}
      onChange={(event) => change({ [name]: event.currentTarget.value })}
      maxLength={200}
      mt="sm"
      error={error(name)}
    />
  );
  switch (action) {
    case "signal":
      return (
        <>
          {text("name", t("bulk.signal"), t("bulk.signalHint"))}
          {text("key", t("bulk.key"), t("bulk.keyHint"))}
          <JsonText
            label={t("bulk.data")}
            value={value.data}
            onChange={(data) => change({ data })}
            error={error("data")}
          />
        </>
      );
    case "approve":
    case "reject":
      return (
        <>
          {text("step", t("bulk.step"), t("bulk.stepHint"))}
          <JsonText
            label={t("bulk.form")}
            description={t("bulk.formHint")}
            value={value.data}
            onChange={(data) => change({ data })}
            error={error("data")}
          />
        </>
      );
    case "fork":
      return (
        <>
          {text("step", t("bulk.from"), t("bulk.fromHint"))}
          <JsonText
            label={t("bulk.input")}
            description={t("bulk.inputHint")}
            value={value.input}
            onChange={(input) => change({ input })}
            error={error("input")}
          />
        </>
      );
    case "replay":
      return (
        <Select
          label={t("bulk.version")}
          data={[
            { value: "same", label: t("bulk.sameVersion") },
            { value: "newest", label: t("bulk.newestVersion") },
          ]}
          value={value.version}
          onChange={(version) => change({ version: version ?? "same" })}
          allowDeselect={false}
          mt="sm"
        />
      );
    default:
      return null;
  }
}
