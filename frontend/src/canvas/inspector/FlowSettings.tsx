import { NumberInput, SegmentedControl } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Frame } from "@/ui/form/Field";
import { ExpressionFrame } from "./ExpressionFrame";
import classes from "./Inspector.module.css";
import type { NodeForm } from "./useNode";

export function ConditionSettings({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  return (
    <>
      <p className={classes.about}>{t("kind.condition.about")}</p>
      <ExpressionFrame
        form={form}
        pointer="/expression"
        label={t("field.condition")}
        required
        value={form.fields.expression}
        onChange={(expression) => form.set({ expression })}
        description={t("field.conditionHint")}
      />
    </>
  );
}

export function JoinSettings({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  const [modeId, countId] = [useId(), useId()];
  const mode = String(form.fields.mode ?? "all");
  const problem = form.problems.get("/count");
  return (
    <>
      <p className={classes.about}>{t("kind.join.about")}</p>
      <Frame id={modeId} label={t("field.joinMode")} pointer="/mode" description={t(`join.${mode}`)}>
        <SegmentedControl
          id={modeId}
          fullWidth
          value={mode}
          data={["all", "any", "count"].map((value) => ({ value, label: t(`joinName.${value}`) }))}
          onChange={(value) =>
            form.set({ mode: value, count: value === "count" ? (form.fields.count ?? 2) : undefined })
          }
        />
      </Frame>
      {mode === "count" && (
        <Frame id={countId} label={t("field.joinCount")} pointer="/count" {...(problem && { problem })}>
          <NumberInput
            id={countId}
            min={1}
            value={Number(form.fields.count ?? 1)}
            error={problem !== undefined}
            onChange={(count) => form.set({ count: Number(count) || 1 })}
          />
        </Frame>
      )}
    </>
  );
}
