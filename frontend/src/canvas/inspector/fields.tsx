/** Small fields that several kinds of steps share. */
import { NumberInput, Switch, TagsInput, TextInput } from "@mantine/core";
import { type ReactNode, useId, useMemo } from "react";
import { FormProvider } from "@/ui/form/context";
import { Frame } from "@/ui/form/Field";
import type { NodeForm } from "./useNode";

interface Props {
  form: NodeForm;
  /** The field's name in the step. */
  name: string;
  label: string;
  description?: string;
  placeholder?: string;
  required?: boolean;
}

function useFrame({ form, name, label, description, required }: Props) {
  const id = useId();
  const pointer = `/${name}`;
  const problem = form.problems.get(pointer);
  return {
    id,
    problem,
    frame: {
      id,
      label,
      pointer,
      ...(required && { required }),
      ...(description && { description }),
      ...(problem && { problem }),
    },
  };
}

/** A list of words; empty, it is not there. */
export function TagsFrame({ suggestions = [], ...props }: Props & { suggestions?: readonly string[] }) {
  const { id, problem, frame } = useFrame(props);
  const { form, name, placeholder } = props;
  const value = Array.isArray(form.fields[name]) ? (form.fields[name] as string[]) : [];
  return (
    <Frame {...frame}>
      <TagsInput
        id={id}
        data={[...suggestions]}
        value={value}
        error={problem !== undefined}
        acceptValueOnBlur
        maxDropdownHeight={240}
        {...(placeholder && value.length === 0 && { placeholder })}
        onChange={(next) => form.set({ [name]: next.length > 0 ? next : undefined })}
      />
    </Frame>
  );
}

/** A whole number with a default that is left out. */
export function CountFrame({
  least = 1,
  most,
  standard,
  ...props
}: Props & { least?: number; most: number; standard: number }) {
  const { id, problem, frame } = useFrame(props);
  const { form, name } = props;
  return (
    <Frame {...frame}>
      <NumberInput
        id={id}
        min={least}
        max={most}
        allowDecimal={false}
        value={Number(form.fields[name] ?? standard)}
        error={problem !== undefined}
        onChange={(value) => form.set({ [name]: Number(value) || standard })}
      />
    </Frame>
  );
}

/** A plain text. */
export function TextFrame({ mono = false, ...props }: Props & { mono?: boolean }) {
  const { id, problem, frame } = useFrame(props);
  const { form, name, placeholder } = props;
  return (
    <Frame {...frame}>
      <TextInput
        id={id}
        value={String(form.fields[name] ?? "")}
        error={problem !== undefined}
        {...(mono && { classNames: { input: "mono" } })}
        {...(placeholder && { placeholder })}
        onChange={(event) => form.set({ [name]: event.currentTarget.value })}
      />
    </Frame>
  );
}

type ToggleProps = { label: string; description: string; checked: boolean; onChange(on: boolean): void };

/** Something that is on or off, and what that means under it. */
export function Toggle({ label, description, checked, onChange }: ToggleProps) {
  return (
    <Switch
      label={label}
      description={description}
      checked={checked}
      styles={{ description: { fontSize: "var(--ac-size-s)", lineHeight: 1.45 } }}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}

/** What the controls of `ui/form` need to know, for a form that is put together by hand. */
export function StepFormProvider({ form, children }: { form: NodeForm; children: ReactNode }) {
  const context = useMemo(
    () => ({
      root: {},
      sources: form.sources,
      problemAt: (pointer: string) => form.problems.get(pointer),
    }),
    [form.sources, form.problems],
  );
  return <FormProvider value={context}>{children}</FormProvider>;
}
