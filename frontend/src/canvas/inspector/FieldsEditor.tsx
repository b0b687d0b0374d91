import { ActionIcon, Button, Select, Switch, TagsInput, TextInput } from "@mantine/core";
import { IconArrowUp, IconChevronRight, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { parseLoose, showLoose } from "@/graph/formValue";
import { freshId } from "@/graph/identifiers";
import type { JsonSchema } from "@/graph/schema";
import { runFields, type StartField, type StartType, startSchema } from "@/graph/startForm";
import fold from "@/ui/form/ObjectFields.module.css";
import classes from "./Inspector.module.css";

const TYPES: readonly StartType[] = [
  "string",
  "text",
  "number",
  "integer",
  "boolean",
  "enum",
  "list",
  "date",
  "file",
  "table",
  "object",
];

interface Props {
  /** Of an object. */
  schema: unknown;
  onChange(schema: JsonSchema): void;
  /** Where the schema stands in the step. */
  pointer: string;
  add: string;
}

/** A form to be: the fields somebody will fill in, as a JSON Schema. */
export function FieldsEditor({ schema, onChange, pointer, add }: Props) {
  const fields = runFields(schema);
  const put = (next: StartField[]) => onChange(startSchema(next, schema));
  const append = () => {
    const name = freshId("value", new Set(fields.map((field) => field.name)));
    put([...fields, { name, type: "string", title: "", description: "", required: false, rest: {} }]);
  };
  return (
    <div className={classes.section} data-pointer={pointer}>
      {fields.map((field, index) => (
        <FieldCard
          // biome-ignore lint/suspicious/noArrayIndexKey: a field has no identity but its place; its name is typed in here
          key={index}
          field={field}
          pointer={`${pointer}/properties/${field.name}`}
          taken={fields.filter((_, at) => at !== index).map((other) => other.name)}
          onChange={(next) => put(fields.map((other, at) => (at === index ? next : other)))}
          onRemove={() => put(fields.filter((_, at) => at !== index))}
          {...(index > 0 && { onUp: () => put(swapped(fields, index)) })}
        />
      ))}
      <Button
        variant="default"
        size="compact-sm"
        style={{ alignSelf: "flex-start" }}
        leftSection={<IconPlus size={14} />}
        onClick={append}
      >
        {add}
      </Button>
    </div>
  );
}

/** The fields with one of them a place higher. */
function swapped(fields: readonly StartField[], index: number): StartField[] {
  const next = [...fields];
  const [above, here] = [next[index - 1], next[index]];
  if (above && here) next.splice(index - 1, 2, here, above);
  return next;
}

interface CardProps {
  field: StartField;
  pointer: string;
  taken: readonly string[];
  onChange(field: StartField): void;
  onRemove(): void;
  onUp?(): void;
}

function FieldCard({ field, pointer, taken, onChange, onRemove, onUp }: CardProps) {
  const { t } = useTranslation("canvas");
  const [open, setOpen] = useState(false);
  const put = (patch: Partial<StartField>) => onChange({ ...field, ...patch });
  return (
    <div className={classes.card} data-pointer={pointer}>
      <div className={classes.cardHead}>
        <NameInput name={field.name} taken={taken} onChange={(name) => put({ name })} />
        <Select
          w={128}
          aria-label={t("start.type", { name: field.name })}
          data={TYPES.map((value) => ({ value, label: t(`startType.${value}`) }))}
          value={field.type}
          allowDeselect={false}
          maxDropdownHeight={320}
          onChange={(type) => put({ type: (type ?? "string") as StartType, default: undefined })}
        />
        <ActionIcon aria-label={t("start.remove", { name: field.name })} onClick={onRemove}>
          <IconTrash size={14} />
        </ActionIcon>
      </div>
      <div className={classes.cardBody}>
        <TextInput
          aria-label={t("start.title", { name: field.name })}
          placeholder={t("start.titlePlaceholder")}
          value={field.title}
          onChange={(event) => put({ title: event.currentTarget.value })}
        />
        {field.type === "enum" && (
          <TagsInput
            aria-label={t("start.options")}
            placeholder={t("start.options")}
            value={field.options ?? []}
            onChange={(options) => put({ options })}
            acceptValueOnBlur
          />
        )}
        <div className={classes.cardHead} style={{ marginBottom: 0 }}>
          <Switch
            label={t("start.required")}
            checked={field.required}
            onChange={(event) => put({ required: event.currentTarget.checked })}
          />
          <span className={classes.grow} />
          {onUp && (
            <ActionIcon aria-label={t("start.up", { name: field.name })} onClick={onUp}>
              <IconArrowUp size={14} />
            </ActionIcon>
          )}
          <button
            type="button"
            className={fold.more}
            style={{ border: 0, background: "none", cursor: "pointer" }}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            <IconChevronRight size={14} className={fold.chevron} data-open={open || undefined} />
            {t("start.more")}
          </button>
        </div>
        {open && (
          <>
            <TextInput
              label={t("start.description")}
              value={field.description}
              onChange={(event) => put({ description: event.currentTarget.value })}
            />
            {field.type !== "file" && field.type !== "table" && (
              <TextInput
                label={t("start.default")}
                value={showLoose(field.default)}
                onChange={(event) => put({ default: defaultOf(field.type, event.currentTarget.value) })}
              />
            )}
          </>
        )}
      </div>
    </div>
  );
}

function defaultOf(type: StartType, text: string): unknown {
  if (text === "") return undefined;
  return type === "string" || type === "text" || type === "date" || type === "enum" ? text : parseLoose(text);
}

/** Names are kept while they are typed, and taken over when they are sound. */
function NameInput({
  name,
  taken,
  onChange,
}: {
  name: string;
  taken: readonly string[];
  onChange(name: string): void;
}) {
  const { t } = useTranslation("canvas");
  const [text, setText] = useState(name);
  const sound = /^[A-Za-z_]\w*$/.test(text) && !taken.includes(text);
  return (
    <TextInput
      className={classes.grow}
      classNames={{ input: "mono" }}
      aria-label={t("start.name")}
      value={text}
      error={!sound}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setText(next);
        if (/^[A-Za-z_]\w*$/.test(next) && !taken.includes(next)) onChange(next);
      }}
      onBlur={() => setText(name)}
    />
  );
}
