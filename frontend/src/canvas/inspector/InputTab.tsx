import { useTranslation } from "react-i18next";
import { asObject } from "@/graph/formValue";
import { byCapability, inputSchema } from "@/graph/scope";
import { useAgentSchemas } from "@/stores/catalogue";
import { MapControl } from "@/ui/form/MapControl";
import { SchemaForm } from "@/ui/form/SchemaForm";
import { StepFormProvider } from "./fields";
import classes from "./Inspector.module.css";
import { StartEditor } from "./StartEditor";
import type { NodeForm } from "./useNode";

/** The step's input, as its agent's schema describes it; of a start, what the run is given. */
export function InputTab({ form }: { form: NodeForm }) {
  const { t } = useTranslation(["canvas", "steps"]);
  const schema = inputSchema(form.kind, form.fields, useAgentSchemas());
  if (form.kind === "start") return <StartEditor form={form} />;
  if (!schema) return <FreeInput form={form} />;
  if (Object.keys(schema.properties ?? {}).length === 0) {
    return (
      <p className={classes.hint}>{t(form.kind === "workflow" ? "steps:workflow.noInput" : "input.none")}</p>
    );
  }
  return (
    <>
      {form.kind === "agent" && byCapability(form.fields) && (
        <p className={classes.hint}>{t("steps:agent.inputHint")}</p>
      )}
      <SchemaForm
        key={`${form.id}:${String(form.fields.agent ?? form.fields.workflow ?? form.fields.capability ?? "")}`}
        schema={schema}
        value={form.fields.input}
        onChange={(input) => form.set({ input })}
        pointer="/input"
        sources={form.sources}
        problems={form.problems}
      />
    </>
  );
}

/** Names and values of one's own, where nothing says what is taken. */
function FreeInput({ form }: { form: NodeForm }) {
  const { t } = useTranslation(["canvas", "steps"]);
  const own = form.kind === "plan" || form.kind === "intent";
  const problem = [...form.problems].find(([pointer]) => pointer.startsWith("/input"));
  return (
    <StepFormProvider form={form}>
      <p className={classes.hint}>{t(own ? `steps:${form.kind}.inputHint` : "input.noSchema")}</p>
      <MapControl
        schema={{ type: "object", additionalProperties: {} }}
        value={asObject(form.fields.input)}
        onChange={(input) => form.set({ input: input ?? {} })}
        pointer="/input"
        label={t("tab.input")}
        id={`${form.id}-input`}
        invalid={problem !== undefined}
      />
    </StepFormProvider>
  );
}
