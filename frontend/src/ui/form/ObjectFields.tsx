import { UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { fieldNames, fold, requiredNames } from "@/graph/formFields";
import { asObject, withKey } from "@/graph/formValue";
import { type JsonSchema, resolve } from "@/graph/schema";
import { useForm } from "./context";
import { Field } from "./Field";
import classes from "./ObjectFields.module.css";

interface Props {
  schema: JsonSchema;
  value: unknown;
  onChange(value: unknown): void;
  pointer: string;
  /** Properties somebody else shows. */
  hidden?: readonly string[];
}

/** The properties of an object, one field each; rarely used ones fold away until they hold something. */
export function ObjectFields({ schema, value, onChange, pointer, hidden = [] }: Props) {
  const { t } = useTranslation("form");
  const { root, problemAt } = useForm();
  const [open, setOpen] = useState(false);
  const current = asObject(value);
  const names = fieldNames(schema, value, hidden);
  const required = requiredNames(schema, value);
  const [filled] = useState(() => new Set(Object.keys(current)));
  const needed = (name: string) =>
    required.has(name) || filled.has(name) || problemAt(`${pointer}/${name}`) !== undefined;
  const { first, folded } = fold(schema, names, needed);
  const field = (name: string) => (
    <Field
      key={name}
      name={name}
      schema={resolve(schema.properties?.[name] ?? {}, root)}
      value={current[name]}
      onChange={(item) => onChange(withKey(current, name, item))}
      pointer={`${pointer}/${name}`}
      required={required.has(name)}
    />
  );
  return (
    <div className={classes.fields}>
      {first.map(field)}
      {folded.length > 0 && (
        <UnstyledButton className={classes.more} aria-expanded={open} onClick={() => setOpen(!open)}>
          <IconChevronRight size={14} className={classes.chevron} data-open={open || undefined} />
          {t("more", { count: folded.length })}
        </UnstyledButton>
      )}
      {open && folded.map(field)}
    </div>
  );
}
