import { Button, NumberInput, TextInput } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { asObject, withKey } from "@/graph/formValue";
import { useCapabilities } from "@/stores/catalogue";
import { Frame } from "@/ui/form/Field";
import { hasFields } from "./ApprovalSettings";
import { DurationField } from "./DurationField";
import { ExpressionFrame } from "./ExpressionFrame";
import { FieldsEditor } from "./FieldsEditor";
import { TagsFrame } from "./fields";
import classes from "./Inspector.module.css";
import type { NodeForm } from "./useNode";

const CONSTRAINTS = ["max_cost", "max_ms", "region"];

/** The goal, who may bid for it, what it may cost, and what counts as reached. */
export function IntentSettings({ form }: { form: NodeForm }) {
  const { t } = useTranslation(["steps", "canvas"]);
  const window = useId();
  return (
    <>
      <p className={classes.about}>{t("canvas:kind.intent.about")}</p>
      <ExpressionFrame
        form={form}
        pointer="/goal"
        label={t("intent.goal")}
        required
        value={form.fields.goal}
        description={t("intent.goalHint")}
        placeholder={t("intent.goalPlaceholder")}
        onChange={(goal) => form.set({ goal })}
      />
      <TagsFrame
        form={form}
        name="capabilities"
        label={t("intent.capabilities")}
        description={t("intent.capabilitiesHint")}
        suggestions={useCapabilities()}
      />
      <Constraints form={form} />
      <DurationField
        id={window}
        label={t("intent.window")}
        pointer="/bid_window_s"
        description={t("intent.windowHint")}
        value={Number(form.fields.bid_window_s ?? 0.5)}
        problem={form.problems.get("/bid_window_s")}
        onChange={(value) => form.set({ bid_window_s: value === 0.5 ? undefined : value })}
      />
      <div className={classes.section}>
        <h3 className={classes.subhead}>{t("intent.criteria")}</h3>
        <p className={classes.hint}>{t("intent.criteriaHint")}</p>
        <FieldsEditor
          schema={form.fields.success_criteria}
          onChange={(schema) => form.set({ success_criteria: hasFields(schema) ? schema : undefined })}
          pointer="/success_criteria"
          add={t("intent.addCriterion")}
        />
      </div>
    </>
  );
}

function Constraints({ form }: { form: NodeForm }) {
  const { t } = useTranslation("steps");
  const [cost, time, region] = [useId(), useId(), useId()];
  const limits = asObject(form.fields.constraints);
  const put = (name: string, value: unknown) => {
    const next = withKey(limits, name, value);
    form.set({ constraints: Object.keys(next).length > 0 ? next : undefined });
  };
  const number = (value: unknown) => (typeof value === "number" ? value : "");
  const frame = (id: string, name: string, label: string) => {
    const pointer = `/constraints/${name}`;
    return { id, label, pointer, problem: form.problems.get(pointer) };
  };
  const others = Object.keys(limits).filter((name) => !CONSTRAINTS.includes(name));
  return (
    <div className={classes.two}>
      <Frame {...frame(cost, "max_cost", t("intent.maxCost"))}>
        <NumberInput
          id={cost}
          min={0}
          placeholder={t("intent.anyCost")}
          value={number(limits.max_cost)}
          onChange={(value) => put("max_cost", value === "" ? undefined : Number(value))}
        />
      </Frame>
      <Frame {...frame(time, "max_ms", t("intent.maxTime"))}>
        <NumberInput
          id={time}
          min={0}
          suffix=" ms"
          placeholder={t("intent.anyTime")}
          value={number(limits.max_ms)}
          onChange={(value) => put("max_ms", value === "" ? undefined : Number(value))}
        />
      </Frame>
      <Frame {...frame(region, "region", t("intent.region"))}>
        <TextInput
          id={region}
          placeholder={t("intent.anyRegion")}
          value={String(limits.region ?? "")}
          onChange={(event) => put("region", event.currentTarget.value || undefined)}
        />
      </Frame>
      {others.map((name) => (
        <Frame key={name} {...frame(`${region}-${name}`, name, name)}>
          <Button id={`${region}-${name}`} size="xs" variant="default" onClick={() => put(name, undefined)}>
            {t("intent.removeConstraint", { name })}
          </Button>
        </Frame>
      ))}
    </div>
  );
}
