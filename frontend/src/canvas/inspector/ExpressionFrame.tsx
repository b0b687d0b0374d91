import { useId } from "react";
import { useTranslation } from "react-i18next";
import { ExpressionField } from "@/ui/code/lazy";
import { Frame } from "@/ui/form/Field";
import type { NodeForm } from "./useNode";

interface Props {
  form: NodeForm;
  pointer: string;
  label: string;
  value: unknown;
  onChange(value: string): void;
  description?: string;
  required?: boolean;
  placeholder?: string;
}

/** A field of a step that is always an expression. */
export function ExpressionFrame({
  form,
  pointer,
  label,
  value,
  onChange,
  description,
  required,
  placeholder,
}: Props) {
  const { t } = useTranslation("form");
  const id = useId();
  const problem = form.problems.get(pointer);
  return (
    <Frame
      id={id}
      label={label}
      pointer={pointer}
      {...(required && { required })}
      {...(description && { description })}
      {...(problem && { problem })}
    >
      <ExpressionField
        id={id}
        label={label}
        value={
          typeof value === "string"
            ? value
            : value === undefined || value === null
              ? ""
              : JSON.stringify(value)
        }
        onChange={onChange}
        sources={form.sources}
        placeholder={placeholder ?? t("expression.placeholder")}
        invalid={problem !== undefined}
      />
    </Frame>
  );
}
