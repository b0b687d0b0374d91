import { ActionIcon, Button } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { controlOf, initial } from "@/graph/formValue";
import { type JsonSchema, resolve } from "@/graph/schema";
import { Control } from "./Control";
import { type ControlProps, useForm } from "./context";
import classes from "./Nested.module.css";
import { VariantFields, VariantSelect } from "./VariantControl";

/** Entries one under the other: added, moved and taken away. */
export function ListControl({ schema, value, onChange, pointer, label, id }: ControlProps) {
  const { t } = useTranslation("form");
  const { root, readOnly } = useForm();
  const items = Array.isArray(value) ? (value as unknown[]) : [];
  const keys = useKeys(items.length);
  const itemSchema = resolve(schema.items ?? {}, root);
  const change = (next: unknown[]) => onChange(next.length === 0 && !schema.minItems ? undefined : next);
  const swap = (from: number, to: number) => {
    keys.swap(from, to);
    change(items.map((item, index) => (index === from ? items[to] : index === to ? items[from] : item)));
  };
  return (
    <div className={classes.list} id={id}>
      {items.map((item, index) => (
        <Item
          key={keys.of(index)}
          schema={itemSchema}
          value={item}
          onChange={(next) => change(items.map((other, at) => (at === index ? next : other)))}
          pointer={`${pointer}/${index}`}
          label={t("list.item", { label, number: index + 1 })}
          id={`${id}-${index}`}
          invalid={false}
          number={index + 1}
          {...(index > 0 && { onUp: () => swap(index, index - 1) })}
          {...(index < items.length - 1 && { onDown: () => swap(index, index + 1) })}
          onRemove={() => {
            keys.remove(index);
            change(items.filter((_, at) => at !== index));
          }}
        />
      ))}
      {!readOnly && (
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconPlus size={14} />}
          style={{ alignSelf: "flex-start" }}
          disabled={schema.maxItems !== undefined && items.length >= schema.maxItems}
          onClick={() => change([...items, initial(itemSchema, root) ?? null])}
        >
          {t("list.add")}
        </Button>
      )}
    </div>
  );
}

/** A key for each entry that stays with it when it is moved, so that open editors do too. */
function useKeys(length: number) {
  const [state] = useState(() => ({ next: 0, keys: [] as number[] }));
  while (state.keys.length < length) state.keys.push(state.next++);
  state.keys.length = length;
  return {
    of: (index: number) => state.keys[index],
    remove: (index: number) => void state.keys.splice(index, 1),
    swap: (a: number, b: number) => {
      const [first, second] = [state.keys[a], state.keys[b]];
      if (first !== undefined && second !== undefined) [state.keys[a], state.keys[b]] = [second, first];
    },
  };
}

interface ItemProps extends ControlProps {
  schema: JsonSchema;
  number: number;
  onUp?(): void;
  onDown?(): void;
  onRemove(): void;
}

function Item({ number, onUp, onDown, onRemove, ...props }: ItemProps) {
  const { t } = useTranslation("form");
  const { root, readOnly, problemAt } = useForm();
  const control = controlOf(props.schema, root);
  const roomy = control === "variants" || control === "object" || control === "map" || control === "list";
  const problem = problemAt(props.pointer);
  const tools = !readOnly && (
    <>
      {roomy && (
        <Tool label={t("list.up")} icon={<IconArrowUp size={14} />} {...(onUp && { onClick: onUp })} />
      )}
      {roomy && (
        <Tool
          label={t("list.down")}
          icon={<IconArrowDown size={14} />}
          {...(onDown && { onClick: onDown })}
        />
      )}
      <Tool label={t("list.remove")} icon={<IconTrash size={14} />} onClick={onRemove} />
    </>
  );
  if (!roomy) {
    return (
      <div className={classes.plain} data-pointer={props.pointer}>
        <div className={classes.grow}>
          <Control {...props} control={control} invalid={problem !== undefined} />
        </div>
        {tools}
      </div>
    );
  }
  return (
    <div className={classes.item} data-pointer={props.pointer}>
      <div className={classes.head}>
        <span className={classes.number}>{number}</span>
        <div className={classes.grow}>{control === "variants" && <VariantSelect {...props} />}</div>
        {tools}
      </div>
      {control === "variants" ? <VariantFields {...props} /> : <Control {...props} control={control} />}
      {problem && <div style={{ color: "var(--ac-red)", fontSize: 12, marginTop: 6 }}>{problem}</div>}
    </div>
  );
}

function Tool({ label, icon, onClick }: { label: string; icon: React.ReactNode; onClick?(): void }) {
  return (
    <ActionIcon
      size={24}
      aria-label={label}
      title={label}
      disabled={!onClick}
      onClick={onClick}
      style={onClick ? undefined : { background: "none", opacity: 0.35 }}
    >
      {icon}
    </ActionIcon>
  );
}
