import { NumberInput, Select } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toSeconds, toSpan, UNITS, type Unit } from "@/graph/durations";
import { Frame } from "@/ui/form/Field";
import classes from "./Inspector.module.css";

interface Props {
  id: string;
  label: string;
  pointer: string;
  /** In seconds. */
  value: number | undefined;
  onChange(seconds: number | undefined): void;
  description?: string;
  problem?: string | undefined;
  placeholder?: string;
  required?: boolean;
  side?: React.ReactNode;
}

/** A span of time as a number and its unit. */
export function DurationField({ description, problem, required, side, ...field }: Props) {
  return (
    <Frame
      id={field.id}
      label={field.label}
      pointer={field.pointer}
      side={side}
      {...(required && { required })}
      {...(description && { description })}
      {...(problem && { problem })}
    >
      <DurationInput {...field} invalid={problem !== undefined} />
    </Frame>
  );
}

type InputProps = Pick<Props, "id" | "label" | "value" | "onChange" | "placeholder"> & { invalid: boolean };

export function DurationInput({ id, label, value, onChange, placeholder, invalid }: InputProps) {
  const { t } = useTranslation("steps");
  const given = value === undefined ? undefined : toSpan(value);
  const [chosen, setChosen] = useState<Unit>(given?.unit ?? "s");
  // a unit stays as it was chosen while it can say the same: 60 min does not jump to 1 h under the hand
  const [kept, setKept] = useState(value);
  if (kept !== value) {
    setKept(value);
    if (given && (value ?? 0) % toSeconds({ amount: 1, unit: chosen }) !== 0) setChosen(given.unit);
  }
  const amount = value === undefined ? "" : value / toSeconds({ amount: 1, unit: chosen });
  const put = (number: number | string, unit: Unit) =>
    onChange(number === "" ? undefined : toSeconds({ amount: Number(number), unit }));
  return (
    <div className={classes.amount}>
      <NumberInput
        id={id}
        min={0}
        value={amount}
        error={invalid}
        allowNegative={false}
        {...(placeholder && { placeholder })}
        onChange={(number) => put(number, chosen)}
      />
      <Select
        aria-label={t("field.unitOf", { label })}
        data={UNITS.map((unit) => ({ value: unit, label: t(`span.unit.${unit}`) }))}
        value={chosen}
        allowDeselect={false}
        onChange={(unit) => {
          setChosen(unit as Unit);
          put(amount, unit as Unit);
        }}
      />
    </div>
  );
}
