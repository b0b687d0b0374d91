import { TextInput } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { isDecoration } from "@/graph/model";
import { Frame } from "@/ui/form/Field";
import { AgentSettings } from "./AgentSettings";
import { GroupSettings, NoteSettings } from "./decorations";
import { ConditionSettings, JoinSettings } from "./FlowSettings";
import { IdField } from "./IdField";
import classes from "./Inspector.module.css";
import { MapSettings } from "./MapSettings";
import { RunRules } from "./RunRules";
import { SwitchSettings } from "./SwitchSettings";
import type { NodeForm } from "./useNode";

const STEPS: ReadonlySet<string> = new Set(["agent", "http", "map"]);

/** What the step is and how it runs. */
export function SettingsTab({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  const title = useId();
  const { kind, fields, set, problems } = form;
  const titleProblem = problems.get("/title");
  return (
    <>
      <KindSettings form={form} />
      <Frame
        id={title}
        label={t("field.title")}
        pointer="/title"
        {...(titleProblem && { problem: titleProblem })}
      >
        <TextInput
          id={title}
          value={String(fields.title ?? "")}
          placeholder={t("field.titlePlaceholder")}
          maxLength={200}
          onChange={(event) => set({ title: event.currentTarget.value || undefined })}
        />
      </Frame>
      {!isDecoration(kind) && <IdField form={form} />}
      {STEPS.has(kind) && (
        <>
          <hr className={classes.rule} />
          <RunRules form={form} />
        </>
      )}
    </>
  );
}

function KindSettings({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  switch (form.kind) {
    case "agent":
      return <AgentSettings form={form} />;
    case "condition":
      return <ConditionSettings form={form} />;
    case "switch":
      return <SwitchSettings form={form} />;
    case "join":
      return <JoinSettings form={form} />;
    case "map":
      return <MapSettings form={form} />;
    case "note":
      return <NoteSettings form={form} />;
    case "group":
      return <GroupSettings form={form} />;
    default:
      return <p className={classes.about}>{t(`kind.${form.kind}.about`)}</p>;
  }
}
