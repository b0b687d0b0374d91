import { TextInput } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { isDecoration } from "@/graph/model";
import { BUILT_IN, traitsOf } from "@/graph/traits";
import { Frame } from "@/ui/form/Field";
import { AgentSettings } from "./AgentSettings";
import { ApprovalSettings } from "./ApprovalSettings";
import { GroupSettings, NoteSettings } from "./decorations";
import { ConditionSettings, JoinSettings } from "./FlowSettings";
import { IdField } from "./IdField";
import classes from "./Inspector.module.css";
import { IntentSettings } from "./IntentSettings";
import { LoopSettings } from "./LoopSettings";
import { MapSettings } from "./MapSettings";
import { PlanSettings } from "./PlanSettings";
import { RunRules } from "./RunRules";
import { SignalSettings } from "./SignalSettings";
import { SubWorkflowSettings } from "./SubWorkflowSettings";
import { SwitchSettings } from "./SwitchSettings";
import type { NodeForm } from "./useNode";
import { VersionField } from "./VersionField";
import { WaitSettings } from "./WaitSettings";

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
      {traitsOf(kind).guarded && (
        <>
          <hr className={classes.rule} />
          <RunRules form={form} />
        </>
      )}
    </>
  );
}

/** Kinds whose settings are their input: what they do, and which version of their agent does it. */
function BuiltInSettings({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  const agent = BUILT_IN[form.kind];
  return (
    <>
      <p className={classes.about}>{t(`kind.${form.kind}.about`)}</p>
      {agent && <VersionField form={form} agent={agent} />}
    </>
  );
}

function KindSettings({ form }: { form: NodeForm }) {
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
    case "loop":
      return <LoopSettings form={form} />;
    case "workflow":
      return <SubWorkflowSettings form={form} />;
    case "wait":
      return <WaitSettings form={form} />;
    case "approval":
      return <ApprovalSettings form={form} />;
    case "signal":
      return <SignalSettings form={form} />;
    case "intent":
      return <IntentSettings form={form} />;
    case "plan":
      return <PlanSettings form={form} />;
    case "note":
      return <NoteSettings form={form} />;
    case "group":
      return <GroupSettings form={form} />;
    default:
      return <BuiltInSettings form={form} />;
  }
}
