import { ActionIcon, Button, Collapse, Select, Tooltip } from "@mantine/core";
import { IconPencil, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunView, StepView } from "@/graph/runTypes";
import type { ApiProblem } from "@/wire/problem";
import { stepLabel } from "../labels";
import classes from "./ForkDialog.module.css";
import { JsonText } from "./JsonText";

/** What is changed in a fork; `undefined` stands for a text that is no JSON yet. */
export interface Edits {
  /** Null: not looked at. */
  readonly input: unknown;
  readonly outputs: Readonly<Record<string, unknown>>;
}

export const NO_EDITS: Edits = { input: null, outputs: {} };

interface Props {
  view: RunView;
  input: Readonly<Record<string, unknown>>;
  steps: readonly StepView[];
  edits: Edits;
  onChange(edits: Edits): void;
  problem: ApiProblem | null;
}

/** The run's input and the outputs of finished steps, to change before the fork goes on from them. */
export function ForkEdits({ view, input, steps, edits, onChange, problem }: Props) {
  const { t } = useTranslation("trace");
  const [inputOpen, setInputOpen] = useState(false);
  const free = steps.filter(({ key }) => !(key in edits.outputs));
  const setOutput = (key: string, value: unknown) =>
    onChange({ ...edits, outputs: { ...edits.outputs, [key]: value } });
  const drop = (key: string) =>
    onChange({
      ...edits,
      outputs: Object.fromEntries(Object.entries(edits.outputs).filter(([name]) => name !== key)),
    });
  return (
    <section className={classes.edits}>
      <h3>{t("fork.edits")}</h3>
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<IconPencil size={14} />}
        aria-expanded={inputOpen}
        onClick={() => setInputOpen(!inputOpen)}
      >
        {t("fork.input")}
      </Button>
      <Collapse expanded={inputOpen}>
        <JsonText
          label={t("fork.inputLabel")}
          value={input}
          onChange={(value) => onChange({ ...edits, input: value })}
          error={[...(problem?.byField ?? [])].find(([field]) => field.startsWith("/input"))?.[1]}
        />
      </Collapse>
      {steps
        .filter(({ key }) => key in edits.outputs)
        .map(({ key, output }) => (
          <div key={key} className={classes.output}>
            <JsonText
              label={t("fork.outputOf", { step: stepLabel(view, key, t) })}
              value={output}
              onChange={(value) => setOutput(key, value)}
              error={
                [...(problem?.byField ?? [])].find(([field]) => field.startsWith(`/outputs/${key}`))?.[1]
              }
            />
            <Tooltip label={t("fork.keepOutput")}>
              <ActionIcon aria-label={t("fork.keepOutput")} onClick={() => drop(key)}>
                <IconX size={15} />
              </ActionIcon>
            </Tooltip>
          </div>
        ))}
      {free.length > 0 && (
        <Select
          aria-label={t("fork.addOutput")}
          placeholder={t("fork.addOutput")}
          data={free.map(({ key }) => ({ value: key, label: stepLabel(view, key, t) }))}
          value={null}
          onChange={(key) => {
            const step = steps.find((one) => one.key === key);
            if (step) setOutput(step.key, step.output ?? null);
          }}
          searchable
          mt="xs"
        />
      )}
    </section>
  );
}
