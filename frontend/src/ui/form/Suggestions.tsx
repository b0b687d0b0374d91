import { useTranslation } from "react-i18next";
import { type JsonSchema, resolve } from "@/graph/schema";
import type { Source } from "@/graph/scope";
import { fits, isKnown } from "@/graph/types";
import { useForm } from "./context";
import classes from "./Suggestions.module.css";

const MOST = 4;

interface Props {
  schema: JsonSchema;
  value: unknown;
  onPick(value: string): void;
}

/** While an expression is empty: the earlier results that fit here, one click each. */
export function Suggestions({ schema, value, onPick }: Props) {
  const { t } = useTranslation("form");
  const { sources } = useForm();
  const empty = value === undefined || (typeof value === "string" && /^\s*(\$\{\s*\}?)?\s*$/.test(value));
  if (!empty || !sources) return null;
  const found = sources.flatMap((source) => fitting(source, schema)).slice(0, MOST);
  if (found.length === 0) {
    return schema["x-type"] ? <div className={classes.none}>{t("suggest.none")}</div> : null;
  }
  return (
    <div className={classes.row}>
      {found.map((path) => (
        <button type="button" key={path} className={classes.chip} onClick={() => onPick(`\${ ${path} }`)}>
          {path}
        </button>
      ))}
    </div>
  );
}

function fitting(source: Source, wanted: JsonSchema): string[] {
  return Object.entries(source.schema.properties ?? {})
    .map(([name, schema]) => [name, resolve(schema, source.schema)] as const)
    .filter(([, schema]) => isKnown(schema) && fits(schema, wanted).ok)
    .map(([name]) => `${source.path}.${name}`);
}
