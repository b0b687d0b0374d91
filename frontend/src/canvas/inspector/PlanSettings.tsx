import { useTranslation } from "react-i18next";
import { ExpressionFrame } from "./ExpressionFrame";
import { TagsFrame, Toggle } from "./fields";
import classes from "./Inspector.module.css";
import type { NodeForm } from "./useNode";
import { usePeopleToAsk } from "./usePeopleToAsk";

/** What the planner is asked to do, and whether a person sees the plan first. */
export function PlanSettings({ form }: { form: NodeForm }) {
  const { t } = useTranslation(["steps", "canvas"]);
  const { people } = usePeopleToAsk();
  const approve = form.fields.approve === true;
  return (
    <>
      <p className={classes.about}>{t("canvas:kind.plan.about")}</p>
      <ExpressionFrame
        form={form}
        pointer="/instruction"
        label={t("plan.instruction")}
        required
        value={form.fields.instruction}
        description={t("plan.instructionHint")}
        placeholder={t("plan.instructionPlaceholder")}
        onChange={(instruction) => form.set({ instruction })}
      />
      <Toggle
        label={t("plan.approve")}
        description={t("plan.approveHint")}
        checked={approve}
        onChange={(on) =>
          form.set({
            approve: on || undefined,
            ...(approve && { approvers: undefined }),
          })
        }
      />
      {approve && (
        <TagsFrame
          form={form}
          name="approvers"
          label={t("approval.approvers")}
          description={t("approval.approversHint")}
          placeholder={t("approval.approversPlaceholder")}
          suggestions={people}
        />
      )}
    </>
  );
}
