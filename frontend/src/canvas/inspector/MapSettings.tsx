import { NumberInput, SegmentedControl } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Frame } from "@/ui/form/Field";
import { ExpressionFrame } from "./ExpressionFrame";
import classes from "./Inspector.module.css";
import type { NodeForm } from "./useNode";

/** What to go through, how many at a time, and what a failed item does. */
export function MapSettings({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  const [concurrency, failure] = [useId(), useId()];
  const problem = form.problems.get("/concurrency");
  const chosen = String(form.fields.failure ?? "fail");
  return (
    <>
      <p className={classes.about}>{t("kind.map.about")}</p>
      <ExpressionFrame
        form={form}
        pointer="/items"
        label={t("field.items")}
        required
        value={form.fields.items}
        onChange={(items) => form.set({ items })}
        description={t("field.itemsHint")}
      />
      <Frame
        id={concurrency}
        label={t("field.concurrency")}
        pointer="/concurrency"
        description={t("field.concurrencyHint")}
        {...(problem && { problem })}
      >
        <NumberInput
          id={concurrency}
          min={1}
          max={1000}
          value={Number(form.fields.concurrency ?? 10)}
          error={problem !== undefined}
          onChange={(value) => form.set({ concurrency: Number(value) || 1 })}
        />
      </Frame>
      <Frame
        id={failure}
        label={t("field.failure")}
        pointer="/failure"
        description={t(`failure.${chosen}Hint`)}
      >
        <SegmentedControl
          id={failure}
          fullWidth
          value={chosen}
          data={["fail", "collect"].map((value) => ({ value, label: t(`failure.${value}`) }))}
          onChange={(value) => form.set({ failure: value })}
        />
      </Frame>
    </>
  );
}
