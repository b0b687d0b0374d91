import { NumberInput, Select, Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { parseLoose, showLoose } from "@/graph/formValue";
import { type JsonSchema, typesOf, variants } from "@/graph/schema";
import { localText } from "@/i18n/localText";
import { type ControlProps, useForm } from "./context";

function usePlaceholder(schema: JsonSchema): string {
  const { t } = useTranslation("form");
  if (schema.default === undefined || schema.default === null) {
    const [example] = schema.examples ?? [];
    return example === undefined ? "" : showLoose(example);
  }
  if (schema.default === "") return "";
  return t("default", { value: showLoose(schema.default) });
}

export function TextControl({ schema, value, onChange, id, invalid, how }: ControlProps & { how: string }) {
  const placeholder = usePlaceholder(schema);
  const { readOnly } = useForm();
  const shared = {
    id,
    value: typeof value === "string" ? value : showLoose(value),
    error: invalid,
    placeholder,
    readOnly,
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange(event.currentTarget.value === "" ? undefined : event.currentTarget.value),
  };
  if (how === "lines") return <Textarea {...shared} autosize minRows={2} maxRows={10} />;
  const type = how === "date" ? "date" : schema.format === "password" ? "password" : "text";
  return <TextInput {...shared} type={type} />;
}

export function NumberControl({ schema, value, onChange, id, invalid }: ControlProps) {
  const placeholder = usePlaceholder(schema);
  const { readOnly } = useForm();
  return (
    <NumberInput
      id={id}
      value={typeof value === "number" ? value : ""}
      onChange={(next) => onChange(next === "" ? undefined : Number(next))}
      allowDecimal={!typesOf(schema).includes("integer")}
      {...(schema.minimum !== undefined && { min: schema.minimum })}
      {...(schema.maximum !== undefined && { max: schema.maximum })}
      step={schema.multipleOf ?? 1}
      error={invalid}
      placeholder={placeholder}
      readOnly={readOnly}
    />
  );
}

export function BooleanControl({ schema, value, onChange, id }: ControlProps) {
  const { t } = useTranslation("form");
  const { readOnly } = useForm();
  const on = typeof value === "boolean" ? value : schema.default === true;
  return (
    <Switch
      id={id}
      checked={on}
      disabled={readOnly}
      onChange={(event) => onChange(event.currentTarget.checked)}
      label={t(on ? "yes" : "no")}
    />
  );
}

export function EnumControl({ schema, value, onChange, id, invalid }: ControlProps) {
  const { i18n } = useTranslation("form");
  const { readOnly } = useForm();
  const options = (schema.enum ?? []).filter((option) => option !== null);
  const titles = schema["x-enum-titles"];
  const data = options.map((option) => ({
    value: showLoose(option),
    label:
      localText(titles?.[showLoose(option)], i18n.language) ||
      (showLoose(option) === " " ? "␣" : showLoose(option)),
  }));
  const usual = data.find((option) => option.value === showLoose(schema.default));
  const placeholder = usePlaceholder(usual ? { ...schema, default: usual.label } : schema);
  return (
    <Select
      id={id}
      data={data}
      value={value === undefined ? null : showLoose(value)}
      onChange={(chosen) => onChange(options.find((option) => showLoose(option) === chosen))}
      searchable={data.length > 8}
      clearable={value !== undefined}
      error={invalid}
      placeholder={placeholder}
      readOnly={readOnly}
    />
  );
}

/** A list of words; where a single word may stand too, one word stays a word. */
export function TagsControl({ schema, value, onChange, id, invalid }: ControlProps) {
  const { t } = useTranslation("form");
  const { readOnly } = useForm();
  const options = variants(schema);
  const single = options.some((option) => typesOf(option)[0] === "string");
  const tags = Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)];
  return (
    <TagsInput
      id={id}
      value={tags}
      onChange={(next) =>
        onChange(next.length === 0 ? undefined : single && next.length === 1 ? next[0] : next)
      }
      splitChars={[","]}
      acceptValueOnBlur
      error={invalid}
      placeholder={tags.length === 0 ? t("tags.placeholder") : ""}
      readOnly={readOnly}
    />
  );
}

/** Where text, numbers, yes/no or lists may stand: what reads as JSON is that, the rest is text. */
export function LooseControl({ schema, value, onChange, id, invalid }: ControlProps) {
  const placeholder = usePlaceholder(schema);
  const { readOnly } = useForm();
  const [text, setText] = useState(() => showLoose(value));
  const [last, setLast] = useState(value);
  if (last !== value) {
    setLast(value);
    if (JSON.stringify(parseLoose(text)) !== JSON.stringify(value)) setText(showLoose(value));
  }
  return (
    <TextInput
      id={id}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        const parsed = parseLoose(event.currentTarget.value);
        setLast(parsed);
        onChange(parsed);
      }}
      error={invalid}
      placeholder={placeholder}
      readOnly={readOnly}
    />
  );
}
