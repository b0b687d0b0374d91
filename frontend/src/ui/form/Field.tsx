import { ActionIcon, Tooltip } from "@mantine/core";
import { IconMathFunction } from "@tabler/icons-react";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { isExpression, wrap } from "@/graph/expressions";
import { controlOf } from "@/graph/formValue";
import { type JsonSchema, resolve, typeKey } from "@/graph/schema";
import { helpWords } from "@/i18n/helpWords";
import { ExpressionField } from "@/ui/code/lazy";
import { Control } from "./Control";
import { useForm } from "./context";
import classes from "./Field.module.css";
import { Suggestions } from "./Suggestions";
import { titleOf } from "./words";

const EMPTY_EXPRESSION = wrap(" ");

interface Props {
  schema: JsonSchema;
  name: string;
  value: unknown;
  onChange(value: unknown): void;
  pointer: string;
  required?: boolean;
}

/** One property: its name, the switch between a fixed value and an expression, its control, what is wrong. */
export function Field({ schema: given, name, value, onChange, pointer, required = false }: Props) {
  const { t, i18n } = useTranslation("form");
  const { root, sources, problemAt } = useForm();
  const schema = resolve(given, root);
  const id = useId();
  const [asked, setAsked] = useState(false);
  const [typing, setTyping] = useState(false);
  const control = controlOf(schema, root);
  const onlyExpression = control === "reference" && sources !== null;
  const computed = sources !== null && (isExpression(value) || asked || typing || onlyExpression);
  const problem = problemAt(pointer);
  const label = titleOf(schema, name, i18n.language);
  const flip = () => {
    if (computed) {
      setAsked(false);
      setTyping(false);
      if (typeof value === "string") onChange(undefined);
    } else setAsked(true);
  };
  return (
    <Frame
      id={id}
      label={label}
      required={required}
      pointer={pointer}
      {...(schema.description && { description: helpWords(schema.description) })}
      {...(problem && { problem })}
      side={
        <>
          <span className={classes.type}>{t(`type.${typeKey(schema)}`)}</span>
          {sources !== null && !onlyExpression && <Switch on={computed} label={label} onFlip={flip} />}
        </>
      }
    >
      {computed && sources ? (
        <>
          <ExpressionField
            id={id}
            label={label}
            value={typeof value === "string" ? value : asked && value === undefined ? EMPTY_EXPRESSION : ""}
            onChange={(text) => {
              setTyping(true);
              onChange(text === "" ? undefined : text);
            }}
            sources={sources}
            placeholder={t("expression.placeholder")}
            invalid={problem !== undefined}
            autoFocus={asked}
          />
          <Suggestions schema={schema} value={value} onPick={onChange} />
        </>
      ) : (
        <Control
          control={control}
          schema={schema}
          value={value}
          onChange={onChange}
          pointer={pointer}
          label={label}
          id={id}
          invalid={problem !== undefined}
        />
      )}
    </Frame>
  );
}

function Switch({ on, label, onFlip }: { on: boolean; label: string; onFlip(): void }) {
  const { t } = useTranslation("form");
  const hint = on ? t("expression.off") : t("expression.on");
  return (
    <Tooltip label={hint}>
      <ActionIcon
        size={20}
        variant={on ? "light" : "subtle"}
        color={on ? "accent" : "gray"}
        aria-label={`${hint}: ${label}`}
        aria-pressed={on}
        onClick={onFlip}
      >
        <IconMathFunction size={14} />
      </ActionIcon>
    </Tooltip>
  );
}

interface FrameProps {
  id?: string;
  label: ReactNode;
  required?: boolean;
  description?: ReactNode;
  problem?: string;
  pointer?: string;
  side?: ReactNode;
  children: ReactNode;
}

/** How every field of the page stands: label above, help or error below. */
export function Frame({ id, label, required, description, problem, pointer, side, children }: FrameProps) {
  return (
    <div className={classes.field} data-pointer={pointer}>
      <div className={classes.top}>
        <label className={classes.label} htmlFor={id}>
          {label}
          {required && (
            <span className={classes.required} aria-hidden>
              {" "}
              *
            </span>
          )}
        </label>
        {side}
      </div>
      {children}
      {problem ? (
        <div className={classes.problem} role="alert">
          {problem}
        </div>
      ) : (
        description && <div className={classes.description}>{description}</div>
      )}
    </div>
  );
}
