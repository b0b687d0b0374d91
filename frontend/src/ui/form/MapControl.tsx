import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asObject } from "@/graph/formValue";
import type { JsonSchema } from "@/graph/schema";
import { ExpressionField } from "@/ui/code/lazy";
import { type ControlProps, useForm } from "./context";
import classes from "./Nested.module.css";
import { LooseControl } from "./scalars";

type Row = { key: number; name: string; value: unknown };

let lastKey = 0;
const row = (name = "", value: unknown = undefined): Row => ({ key: ++lastKey, name, value });

function asRows(value: unknown): Row[] {
  return Object.entries(asObject(value)).map(([name, item]) => row(name, item));
}

function asValue(rows: readonly Row[]): Record<string, unknown> {
  return Object.fromEntries(
    rows.filter(({ name }) => name !== "").map(({ name, value }) => [name, value ?? ""]),
  );
}

/** Names of one's own and their values, row by row. */
export function MapControl({ schema, value, onChange, pointer, label }: ControlProps) {
  const { t } = useTranslation("form");
  const { sources } = useForm();
  const [rows, setRows] = useState(() => asRows(value));
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    if (JSON.stringify(asValue(rows)) !== JSON.stringify(asObject(value))) setRows(asRows(value));
  }
  const change = (next: Row[]) => {
    setRows(next);
    const result = asValue(next);
    setSeen(result);
    onChange(Object.keys(result).length === 0 ? undefined : result);
  };
  const items = (
    typeof schema.additionalProperties === "object" ? schema.additionalProperties : {}
  ) as JsonSchema;
  return (
    <div className={classes.list}>
      {rows.map((item, index) => {
        const set = (patch: Partial<Row>) =>
          change(rows.map((other) => (other.key === item.key ? { ...other, ...patch } : other)));
        const name = t("map.value", { label, name: item.name });
        return (
          <div key={item.key} className={classes.pair} data-pointer={`${pointer}/${item.name}`}>
            <TextInput
              value={item.name}
              aria-label={t("map.name", { label, number: index + 1 })}
              placeholder={t("map.namePlaceholder")}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            {sources ? (
              <ExpressionField
                label={name}
                value={
                  typeof item.value === "string"
                    ? item.value
                    : item.value === undefined
                      ? ""
                      : JSON.stringify(item.value)
                }
                onChange={(text) => set({ value: text })}
                sources={sources}
                placeholder={t("map.valuePlaceholder")}
              />
            ) : (
              <LooseControl
                schema={items}
                value={item.value}
                onChange={(next) => set({ value: next })}
                pointer={`${pointer}/${item.name}`}
                label={name}
                id={`${pointer}-${item.key}`}
                invalid={false}
              />
            )}
            <ActionIcon
              size={28}
              aria-label={t("list.remove")}
              onClick={() => change(rows.filter((other) => other.key !== item.key))}
            >
              <IconTrash size={14} />
            </ActionIcon>
          </div>
        );
      })}
      <Button
        variant="default"
        size="compact-sm"
        leftSection={<IconPlus size={14} />}
        style={{ alignSelf: "flex-start" }}
        onClick={() => setRows([...rows, row()])}
      >
        {t("map.add")}
      </Button>
    </div>
  );
}
