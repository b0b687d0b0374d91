import { useTranslation } from "react-i18next";
import { inputSchema } from "@/graph/scope";
import { useAgentSchemas } from "@/stores/catalogue";
import { JsonField } from "@/ui/code/lazy";
import { SchemaForm } from "@/ui/form/SchemaForm";
import classes from "./Inspector.module.css";
import { StartEditor } from "./StartEditor";
import type { NodeForm } from "./useNode";

/** The step's input, as its agent's schema describes it; of a start, what the run is given. */
export function InputTab({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  const schema = inputSchema(form.kind, form.fields, useAgentSchemas());
  if (form.kind === "start") return <StartEditor form={form} />;
  if (!schema) {
    return (
      <>
        <p className={classes.hint}>{t("input.noSchema")}</p>
        <JsonField
          label={t("tab.input")}
          value={form.fields.input}
          onChange={(input) => form.set({ input })}
        />
      </>
    );
  }
  if (Object.keys(schema.properties ?? {}).length === 0) {
    return <p className={classes.hint}>{t("input.none")}</p>;
  }
  return (
    <SchemaForm
      key={`${form.id}:${String(form.fields.agent ?? "")}`}
      schema={schema}
      value={form.fields.input}
      onChange={(input) => form.set({ input })}
      pointer="/input"
      sources={form.sources}
      problems={form.problems}
    />
  );
}
