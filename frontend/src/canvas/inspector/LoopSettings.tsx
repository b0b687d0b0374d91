import { useTranslation } from "react-i18next";
import { ExpressionFrame } from "./ExpressionFrame";
import { CountFrame } from "./fields";
import classes from "./Inspector.module.css";
import type { NodeForm } from "./useNode";

/** What must hold for another round, and how many there may be. */
export function LoopSettings({ form }: { form: NodeForm }) {
  const { t } = useTranslation(["steps", "canvas"]);
  return (
    <>
      <p className={classes.about}>{t("canvas:kind.loop.about")}</p>
      <ExpressionFrame
        form={form}
        pointer="/condition"
        label={t("loop.condition")}
        required
        value={form.fields.condition}
        onChange={(condition) => form.set({ condition })}
        description={t("loop.conditionHint")}
        placeholder={t("loop.conditionPlaceholder")}
      />
      <CountFrame
        form={form}
        name="max_iterations"
        label={t("loop.most")}
        description={t("loop.mostHint")}
        most={10_000}
        standard={100}
      />
    </>
  );
}
