import { CopyButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { asObject } from "@/graph/formValue";
import { isContainer, type NodeKind } from "@/graph/model";
import { type JsonSchema, resolve, typeKey } from "@/graph/schema";
import { outputSchema } from "@/graph/scope";
import { useAgentSchemas } from "@/stores/catalogue";
import { useDocument } from "@/stores/document";
import { MapControl } from "@/ui/form/MapControl";
import { titleOf } from "@/ui/form/words";
import { ExpressionFrame } from "./ExpressionFrame";
import { StepFormProvider } from "./fields";
import classes from "./Inspector.module.css";
import type { NodeForm } from "./useNode";

const WRITTEN: ReadonlySet<NodeKind> = new Set(["end", "transform", "map", "loop"]);

/** What the step gives: to be written for ends, transforms, maps and loops, to be read for the others. */
export function OutputTab({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  if (!WRITTEN.has(form.kind)) return <OutputFields form={form} />;
  const { output } = form.fields;
  const single = typeof output === "string" || isContainer(form.kind);
  return (
    <>
      <p className={classes.about}>{t(`output.${form.kind}`)}</p>
      {single ? (
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
      {isContainer(form.kind) && <OutputFields form={form} />}
    </>
  );
}

function OutputMapping({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  const wrong = [...form.problems].filter(([pointer]) => pointer.startsWith("/output"));
  return (
    <StepFormProvider form={form}>
      <MapControl
        schema={{ type: "object", additionalProperties: {} }}
        value={asObject(form.fields.output)}
        onChange={(output) => form.set({ output: output ?? {} })}
        pointer="/output"
        label={t("tab.output")}
        id={`${form.id}-output`}
        invalid={wrong.length > 0}
      />
    </StepFormProvider>
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
