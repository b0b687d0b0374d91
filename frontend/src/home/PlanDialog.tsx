import { Button, Group, Modal } from "@mantine/core";
import { IconPlayerPlayFilled } from "@tabler/icons-react";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { missing, withDefaults } from "@/graph/formValue";
import { serverWords } from "@/i18n/serverWords";
import { SchemaForm } from "@/ui/form/SchemaForm";
import { type Plan, useRunPlan } from "@/wire/plans";
import { ApiProblem } from "@/wire/problem";
import classes from "./Instruction.module.css";

interface Props {
  plan: Plan;
  onClose(): void;
}

/** A plan in words, what it begins with, and the button that runs it. */
export function PlanDialog({ plan, onClose }: Props) {
  const { t } = useTranslation(["home", "app"]);
  const navigate = useNavigate();
  const schema = plan.input_schema;
  const [input, setInput] = useState(() => withDefaults(schema, {}));
  const [asked, setAsked] = useState(false);
  const key = useRef(crypto.randomUUID());
  const start = useRunPlan();
  const empty = missing(schema, input);
  const problems = useMemo(() => {
    const found = new Map(asked ? empty.map((name) => [`/input/${name}`, t("plan.required")]) : []);
    if (start.error instanceof ApiProblem)
      for (const [field, message] of start.error.byField) found.set(field, message);
    return found;
  }, [asked, empty, start.error, t]);
  const run = () => {
    setAsked(true);
    if (empty.length > 0) return;
    start.mutate(
      { plan, input, key: key.current },
      {
        onSuccess: ({ id }) => void navigate(`/runs/${id}`),
        // Where nobody answered, the run may have started: the same key finds it.
        onError: (error) => {
          if (!(error instanceof ApiProblem && error.isServerAway)) key.current = crypto.randomUUID();
        },
      },
    );
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={plan.instruction}
      size={560}
      closeButtonProps={{ "aria-label": t("app:action.close") }}
    >
      <p className={classes.steps} data-testid="plan-steps">
        {plan.explanation}
      </p>
      {plan.problems.length > 0 && (
        <ul className={classes.notes}>
          {plan.problems.map(({ code, message, node, field }) => (
            <li key={`${code} ${node} ${field}`}>{serverWords(code, message)}</li>
          ))}
        </ul>
      )}
      {Object.keys(schema.properties ?? {}).length > 0 && (
        <SchemaForm
          schema={schema}
          value={input}
          onChange={setInput}
          pointer="/input"
          problems={problems}
          project={plan.project.slug}
        />
      )}
      {start.error && (
        <p role="alert" className={classes.problem}>
          {start.error.message}
        </p>
      )}
      <Group mt="lg" justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("app:action.cancel")}
        </Button>
        <Button leftSection={<IconPlayerPlayFilled size={13} />} loading={start.isPending} onClick={run}>
          {t("plan.run")}
        </Button>
      </Group>
    </Modal>
  );
}
