import { createContext, useContext } from "react";
import type { JsonSchema } from "@/graph/schema";
import type { Source } from "@/graph/scope";

export interface FormContextValue {
  /** The schema the whole form is made from: `$ref` points into it. */
  root: JsonSchema;
  /** What expressions may name; null: this form takes no expressions. */
  sources: readonly Source[] | null;
  /** What is wrong at a JSON pointer. */
  problemAt(pointer: string): string | undefined;
  /** The project uploads belong to, by its slug. */
  project?: string;
  readOnly?: boolean;
}

const FormContext = createContext<FormContextValue>({ root: {}, sources: null, problemAt: () => undefined });

export const FormProvider = FormContext.Provider;

export function useForm(): FormContextValue {
  return useContext(FormContext);
}

/** What every control takes. */
export interface ControlProps {
  schema: JsonSchema;
  value: unknown;
  onChange(value: unknown): void;
  /** Where the value stands, as a JSON pointer. */
  pointer: string;
  /** Its name for people, and for screen readers. */
  label: string;
  id: string;
  invalid: boolean;
}
