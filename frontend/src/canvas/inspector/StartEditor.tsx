import { useTranslation } from "react-i18next";
import { FieldsEditor } from "./FieldsEditor";
import classes from "./Inspector.module.css";
import type { NodeForm } from "./useNode";

/** What a run is asked for when it starts: the fields of its form. */
export function StartEditor({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  return (
    <div className={classes.section}>
      <p className={classes.about}>{t("start.about")}</p>
      <FieldsEditor
        schema={form.fields.schema}
        onChange={(schema) => form.set({ schema })}
        pointer="/schema"
        add={t("start.add")}
      />
    </div>
  );
}
