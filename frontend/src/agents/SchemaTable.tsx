import { SegmentedControl } from "@mantine/core";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { helpWords } from "@/i18n/helpWords";
import { localText } from "@/i18n/localText";
import { JsonTree } from "@/ui/JsonTree";
import type { JsonSchema } from "@/wire/types";
import classes from "./SchemaTable.module.css";
import { type SchemaField, schemaFields } from "./schemaFields";

type Way = "table" | "schema";

/** What an agent takes or gives: as a table of fields, or the schema itself. */
export function SchemaTable({ title, schema }: { title: string; schema: JsonSchema }) {
  const { t } = useTranslation("registry");
  const [way, setWay] = useState<Way>("table");
  const fields = schemaFields(schema);
  return (
    <section>
      <header className={classes.head}>
        <h2>{title}</h2>
        <SegmentedControl
          value={way}
          onChange={(next) => setWay(next as Way)}
          data={[
            { value: "table", label: t("agent.table") },
            { value: "schema", label: t("agent.schema") },
          ]}
        />
      </header>
      {way === "schema" && <JsonTree value={schema} />}
      {way === "table" && fields.length === 0 && <p className={classes.none}>{t("agent.noFields")}</p>}
      {way === "table" && fields.length > 0 && (
        <div className={classes.scroller}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t("agent.field")}</th>
                <th scope="col">{t("agent.type")}</th>
                <th scope="col">{t("agent.about")}</th>
              </tr>
            </thead>
            <tbody>
              {fields.map((field) => (
                <Field key={field.path} field={field} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Field({ field }: { field: SchemaField }) {
  const { t, i18n } = useTranslation("registry");
  const title = localText({ ...field.titles, en: field.title }, i18n.language);
  const about = [...new Set([title === field.title ? "" : title, helpWords(field.description) || title])];
  return (
    <tr>
      <td style={{ paddingLeft: 12 + field.depth * 18 }}>
        <code>{field.name}</code>
        {field.required && <span className={classes.required}>{t("agent.required")}</span>}
      </td>
      <td>
        <code className={classes.type}>{typeWords(t, field.type)}</code>
      </td>
      <td>
        {about.map((line) => line && line !== field.name && <div key={line}>{line}</div>)}
        {(field.rules.length > 0 || field.default !== undefined) && (
          <div className={classes.rules}>
            {field.rules.map((rule) => (
              <code key={rule}>{ruleWords(t, rule)}</code>
            ))}
            {field.default !== undefined && (
              <code>{t("agent.default", { value: JSON.stringify(field.default) })}</code>
            )}
          </div>
        )}
      </td>
    </tr>
  );
}

const LIST = "list of ";

/** `list of string | null` in the reader's words. */
function typeWords(t: TFunction<"registry">, type: string): string {
  const words = (one: string): string =>
    one.startsWith(LIST)
      ? t("agent.listOf", { type: words(one.slice(LIST.length)) })
      : t(`agent.types.${one}`, { defaultValue: one });
  return type.split(" | ").map(words).join(" | ");
}

/** `length ≥ 3` in the reader's words; choices and numbers stay as they are. */
function ruleWords(t: TFunction<"registry">, rule: string): string {
  return rule.replace(/^(length|items|matches)(?= )/, (word) => t(`agent.limit.${word}`));
}
