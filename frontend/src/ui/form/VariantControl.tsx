import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { controlOf, discriminator, initial, variantOf } from "@/graph/formValue";
import { type JsonSchema, resolve, variants } from "@/graph/schema";
import { Control } from "./Control";
import { type ControlProps, useForm } from "./context";
import classes from "./Nested.module.css";
import { ObjectFields } from "./ObjectFields";
import { titleOf } from "./words";

export function useVariants(schema: JsonSchema, value: unknown) {
  const { i18n } = useTranslation();
  const { root } = useForm();
  const options = variants(schema).map((option) => resolve(option, root));
  const at = variantOf(options, value);
  const key = discriminator(options);
  const names = options.map((option, index) =>
    titleOf(option, String((key && option.properties?.[key]?.const) ?? index + 1), i18n.language),
  );
  return { options, at, key, names, root };
}

/** One of several shapes: which one, then its own fields. */
export function VariantControl(props: ControlProps) {
  return (
    <div className={classes.list}>
      <VariantSelect {...props} />
      <VariantFields {...props} />
    </div>
  );
}

export function VariantSelect({ schema, value, onChange, label, id }: ControlProps) {
  const { t } = useTranslation("form");
  const { readOnly } = useForm();
  const { options, at, names, root } = useVariants(schema, value);
  return (
    <Select
      id={id}
      aria-label={label}
      data={names.map((name, index) => ({ value: String(index), label: name }))}
      value={at < 0 ? null : String(at)}
      placeholder={t("choose")}
      searchable={names.length > 6}
      allowDeselect={false}
      readOnly={readOnly}
      onChange={(chosen) => {
        const option = chosen === null ? undefined : options[Number(chosen)];
        if (option && Number(chosen) !== at) onChange(initial(option, root));
      }}
    />
  );
}

export function VariantFields(props: ControlProps) {
  const { options, at, key, root } = useVariants(props.schema, props.value);
  const option = options[at];
  if (!option) return null;
  if (option.properties) {
    return (
      <ObjectFields
        key={at}
        schema={option}
        value={props.value}
        onChange={props.onChange}
        pointer={props.pointer}
        hidden={key ? [key] : []}
      />
    );
  }
  return option.const === undefined ? (
    <Control {...props} schema={option} control={controlOf(option, root)} id={`${props.id}-value`} />
  ) : null;
}
