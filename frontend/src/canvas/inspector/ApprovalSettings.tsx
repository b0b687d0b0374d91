import { useTranslation } from "react-i18next";
import { ExpressionFrame } from "./ExpressionFrame";
import { FieldsEditor } from "./FieldsEditor";
import { CountFrame, TagsFrame } from "./fields";
import classes from "./Inspector.module.css";
import type { NodeForm } from "./useNode";
import { usePeopleToAsk } from "./usePeopleToAsk";

/** Whom to ask what, how many must agree, and what they fill in. */
export function ApprovalSettings({ form }: { form: NodeForm }) {
  const { t } = useTranslation(["steps", "canvas"]);
  const { people, groups } = usePeopleToAsk();
  return (
    <>
      <p className={classes.about}>{t("canvas:kind.approval.about")}</p>
      <ExpressionFrame
        form={form}
        pointer="/message"
        label={t("approval.message")}
        value={form.fields.message}
        description={t("approval.messageHint")}
        placeholder={t("approval.messagePlaceholder")}
        onChange={(message) => form.set({ message })}
      />
      <TagsFrame
        form={form}
        name="approvers"
        label={t("approval.approvers")}
        description={t("approval.approversHint")}
        placeholder={t("approval.approversPlaceholder")}
        suggestions={people}
      />
      <TagsFrame
        form={form}
        name="groups"
        label={t("approval.groups")}
        placeholder={t("approval.groupsPlaceholder")}
        suggestions={groups}
      />
      <CountFrame
        form={form}
        name="needed"
        label={t("approval.needed")}
        description={t("approval.neededHint")}
        most={100}
        standard={1}
      />
      <ApprovalForm form={form} />
    </>
  );
}

function ApprovalForm({ form }: { form: NodeForm }) {
  const { t } = useTranslation("steps");
  return (
    <div className={classes.section}>
      <h3 className={classes.subhead}>{t("approval.form")}</h3>
      <p className={classes.hint}>{t("approval.formHint", { id: form.id })}</p>
      <FieldsEditor
        schema={form.fields.schema}
        onChange={(schema) => form.set({ schema: hasFields(schema) ? schema : undefined })}
        pointer="/schema"
        add={t("approval.addField")}
      />
    </div>
  );
}

/** A form without fields is no form. */
export function hasFields({ properties }: { properties?: object }): boolean {
  return Object.keys(properties ?? {}).length > 0;
}
