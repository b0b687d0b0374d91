import { Button, Group, Modal, NumberInput, Select, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { RunView } from "@/graph/runTypes";
import { formatClock } from "@/ui/duration";
import { getRunEvents } from "@/wire/api";
import { isRefusal } from "@/wire/keyed";
import { ApiProblem } from "@/wire/problem";
import { useMakeRunFrom } from "@/wire/queries";
import type { RunDetail } from "@/wire/types";
import { stepLabel } from "../labels";
import classes from "./ForkDialog.module.css";
import { type Edits, ForkEdits, NO_EDITS } from "./ForkEdits";
import { ForkPreview } from "./ForkPreview";
import { before, changed, editable, forkPlan, forkPoints } from "./forkPlan";

interface Props {
  run: RunDetail;
  view: RunView;
  /** The step to begin with. */
  step: string | null;
  onClose(): void;
}

/** Makes a new run that takes over everything up to an event, with some of the data changed. */
export function ForkDialog({ run, view, step, onClose }: Props) {
  const { t } = useTranslation(["trace", "app"]);
  const points = useMemo(() => forkPoints(view), [view]);
  const first = points.find((point) => point.key === (step ?? view.failedStep)) ?? points[0];
  const [after, setAfter] = useState(() => (first ? before(first) : 1));
  const [edits, setEdits] = useState<Edits>(NO_EDITS);
  const [reason, setReason] = useState("");
  const make = useMakeRunFrom();
  const navigate = useNavigate();
  const plan = forkPlan(view, after);
  const allowed = editable(view, plan);
  const outputs = Object.fromEntries(
    Object.entries(edits.outputs).filter(([name]) => allowed.some((one) => one.key === name)),
  );
  const sound = isObject(edits.input) && Object.values(outputs).every((value) => value !== undefined);
  const problem = make.error instanceof ApiProblem ? make.error : null;
  const submit = () => {
    const input = changed(run.input, (edits.input ?? {}) as Record<string, unknown>);
    make.mutate(
      { run: run.id, asked: { how: "fork", after, input, outputs, reason } },
      { onSuccess: ({ id }) => void navigate(`/runs/${id}`) },
    );
  };
  return (
    <Modal
      opened
      closeButtonProps={{ "aria-label": t("app:action.close") }}
      onClose={onClose}
      title={t("fork.title")}
      size={680}
    >
      <Text size="sm" mb="md">
        {t("fork.text")}
      </Text>
      <div className={classes.point}>
        <Select
          label={t("fork.step")}
          data={points.map((point) => ({ value: point.key, label: stepLabel(view, point.key, t) }))}
          value={points.find((point) => before(point) === after)?.key ?? null}
          placeholder={t("fork.byEvent")}
          onChange={(next) => {
            const chosen = points.find((point) => point.key === next);
            if (chosen) setAfter(before(chosen));
          }}
          searchable
        />
        <NumberInput
          label={t("fork.event")}
          value={after}
          onChange={(next) =>
            typeof next === "number" && setAfter(Math.min(view.cursor, Math.max(1, Math.floor(next))))
          }
          min={1}
          max={view.cursor}
          allowDecimal={false}
          error={problem?.byField.get("/after")}
        />
      </div>
      <EventLine run={run.id} seq={after} />
      <ForkPreview view={view} plan={plan} />
      <ForkEdits
        view={view}
        input={run.input}
        steps={allowed}
        edits={edits}
        onChange={setEdits}
        problem={problem}
      />
      <TextInput
        label={t("run.reason")}
        description={t("run.reasonHint")}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={500}
        mt="md"
      />
      {make.error && (
        <Text role="alert" c="red" size="sm" mt="sm">
          {make.error.message} {!isRefusal(make.error) && t("fork.askAgain")}
        </Text>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          {t("app:action.cancel")}
        </Button>
        <Button onClick={submit} loading={make.isPending} disabled={!sound} data-testid="confirm-fork">
          {t("fork.confirm")}
        </Button>
      </Group>
    </Modal>
  );
}

/** An input is an object; null: it was not looked at. */
function isObject(value: unknown): boolean {
  return value === null || (typeof value === "object" && !Array.isArray(value));
}

/** The last event that is taken over, in one line. */
function EventLine({ run, seq }: { run: string; seq: number }) {
  const { t, i18n } = useTranslation("trace");
  const found = useQuery({
    queryKey: ["runs", "event", run, seq],
    queryFn: ({ signal }) => getRunEvents(run, seq - 1, signal, 1),
    staleTime: Number.POSITIVE_INFINITY,
  }).data?.events[0];
  const step = found && "step" in found.event && found.event.step ? found.event.step : "";
  return (
    <p className={classes.event}>
      {t("fork.lastEvent", { seq })} {found && <code>{`${found.event.type} ${step}`}</code>}{" "}
      {found && formatClock(found.at, i18n.language)}
    </p>
  );
}
