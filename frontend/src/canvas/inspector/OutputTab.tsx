import { CopyButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { asObject } from "@/graph/formValue";
import { type JsonSchema, resolve, typeKey } from "@/graph/schema";
import { outputSchema } from "@/graph/scope";
import { useAgentSchemas } from "@/stores/catalogue";
import { useDocument } from "@/stores/document";
import { FormProvider } from "@/ui/form/context";
import { MapControl } from "@/ui/form/MapControl";
import { titleOf } from "@/ui/form/words";
import { ExpressionFrame } from "./ExpressionFrame";
import classes from "./Inspector.module.css";
import type { NodeForm } from "./useNode";

/** What the step gives: to be written for ends, transforms and maps, to be read for agents. */
export function OutputTab({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  if (form.kind === "agent" || form.kind === "http") return <OutputFields form={form} />;
  const { output } = form.fields;
  const single = typeof output === "string";
  return (
    <>
      <p className={classes.about}>{t(`output.${form.kind}`)}</p>
      {single || form.kind === "map" ? (
        <ExpressionFrame
          form={form}
          pointer="/output"
          label={t("tab.output")}
          value={output}
          onChange={(text) => form.set({ output: text === "" ? undefined : text })}
        />
      ) : (
        <OutputMapping form={form} />
      )}
    </>
  );
}

function OutputMapping({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  const context = useMemo(
    () => ({ root: {}, sources: form.sources, problemAt: (pointer: string) => form.problems.get(pointer) }),
    [form.sources, form.problems],
  );
  const wrong = [...form.problems].filter(([pointer]) => pointer.startsWith("/output"));
  return (
    <FormProvider value={context}>
      <MapControl
        schema={{ type: "object", additionalProperties: {} }}
        value={asObject(form.fields.output)}
        onChange={(output) => form.set({ output: output ?? {} })}
        pointer="/output"
        label={t("tab.output")}
        id={`${form.id}-output`}
        invalid={wrong.length > 0}
      />
    </FormProvider>
  );
}

function OutputFields({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  const draft = useDocument((state) => state.draft);
  const schema = outputSchema(draft, form.id, useAgentSchemas());
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) return <p className={classes.hint}>{t("output.unknown")}</p>;
  return (
    <>
      <p className={classes.about}>{t("output.read")}</p>
      <ul className={classes.tree}>
        {properties.map(([name, property]) => (
          <Leaf key={name} name={name} schema={resolve(property, schema)} path={`steps.${form.id}.${name}`} />
        ))}
      </ul>
    </>
  );
}

function Leaf({ name, schema, path }: { name: string; schema: JsonSchema; path: string }) {
  const { t, i18n } = useTranslation(["canvas", "form"]);
  return (
    <li>
      <CopyButton value={`\${ ${path} }`}>
        {({ copied, copy }) => (
          <button type="button" className={classes.leaf} onClick={copy} title={t("output.copy", { path })}>
            <span className="mono">{name}</span>
            <span className={classes.leafType}>{t(`form:type.${typeKey(schema)}`)}</span>
            <span className={`${classes.grow} ${classes.hint} ellipsis`}>
              {titleOf(schema, name, i18n.language)}
            </span>
            {copied ? (
              <IconCheck size={14} color="var(--ac-green)" />
            ) : (
              <IconCopy size={14} color="var(--ac-text-3)" />
            )}
          </button>
        )}
      </CopyButton>
    </li>
  );
}
