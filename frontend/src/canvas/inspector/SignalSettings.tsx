import { useTranslation } from "react-i18next";
import { Field } from "@/ui/form/Field";
import { hasFields } from "./ApprovalSettings";
import { FieldsEditor } from "./FieldsEditor";
import { StepFormProvider, TextFrame } from "./fields";
import classes from "./Inspector.module.css";
import type { NodeForm } from "./useNode";

/** Which signal, for whom, and what it must bring. */
export function SignalSettings({ form }: { form: NodeForm }) {
  const { t } = useTranslation(["steps", "canvas"]);
  return (
    <>
      <p className={classes.about}>{t("canvas:kind.signal.about")}</p>
      <TextFrame
        form={form}
        name="name"
        label={t("signal.name")}
        description={t("signal.nameHint")}
        placeholder="payment.received"
        required
        mono
      />
      <StepFormProvider form={form}>
        <Field
          schema={{ title: t("signal.key"), description: t("signal.keyHint") }}
          name="key"
          value={form.fields.key}
          onChange={(key) => form.set({ key })}
          pointer="/key"
        />
      </StepFormProvider>
      <div className={classes.section}>
        <h3 className={classes.subhead}>{t("signal.data")}</h3>
        <p className={classes.hint}>{t("signal.dataHint", { id: form.id })}</p>
        <FieldsEditor
          schema={form.fields.schema}
          onChange={(schema) => form.set({ schema: hasFields(schema) ? schema : undefined })}
          pointer="/schema"
          add={t("signal.addField")}
        />
      </div>
    </>
  );
}
