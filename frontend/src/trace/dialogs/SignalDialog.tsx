import { Autocomplete, Button, Group, Modal, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { withDefaults } from "@/graph/formValue";
import type { RunView } from "@/graph/runTypes";
import type { JsonSchema } from "@/graph/schema";
import { SchemaForm } from "@/ui/form/SchemaForm";
import { ApiProblem } from "@/wire/problem";
import { useSignalRun, useSignals } from "@/wire/queries";
import type { RunDetail } from "@/wire/types";
import { JsonText } from "./JsonText";

interface Props {
  run: RunDetail;
  view: RunView;
  onClose(): void;
}

/** Tells the run that something happened outside: one of the signals its steps wait for, now or later. */
export function SignalDialog({ run, view, onClose }: Props) {
  const { t } = useTranslation(["trace", "app"]);
  const awaited = useMemo(() => awaitedSignals(view), [view]);
  const known = useSignals(run.workflow.id, run.version).data ?? [];
  const [name, setName] = useState(awaited[0]?.name ?? "");
  const [key, setKey] = useState(awaited[0]?.key ?? "");
  const [data, setData] = useState<unknown>(null);
  const [reason, setReason] = useState("");
  const send = useSignalRun();
  const names = [...new Set([...awaited, ...known].map((signal) => signal.name))];
  const schema = formOf(known.find((signal) => signal.name === name)?.schemas);
  const value = schema ? withDefaults(schema, (data ?? {}) as Record<string, unknown>) : data;
  const problem = send.error instanceof ApiProblem ? send.error : null;
  const submit = () =>
    send.mutate(
      { run: run.id, name, key, reason, ...(value !== null && { data: value }) },
      {
        onSuccess: () => {
          notifications.show({ message: t("signal.sent", { name }) });
          onClose();
        },
      },
    );
  return (
    <Modal
      opened
      closeButtonProps={{ "aria-label": t("app:action.close") }}
      onClose={onClose}
      title={t("signal.title")}
      size={520}
    >
      <Text size="sm" mb="md">
        {t("signal.text")}
      </Text>
      <Autocomplete
        label={t("signal.name")}
        data={names}
        value={name}
        onChange={(next) => {
          setName(next);
          setKey(awaited.find((signal) => signal.name === next)?.key ?? "");
          setData(null);
        }}
        maxLength={200}
        error={problem?.byField.get("/name")}
      />
      <TextInput
        label={t("signal.key")}
        description={t("signal.keyHint")}
        value={key}
        onChange={(event) => setKey(event.currentTarget.value)}
        maxLength={200}
        mt="sm"
        mb="sm"
      />
      {schema ? (
        <SchemaForm
          key={name}
          schema={schema}
          value={value}
          onChange={setData}
          pointer="/data"
          {...(problem && { problems: problem.byField })}
        />
      ) : (
        <JsonText
          key={name}
          label={t("signal.data")}
          value={data}
          onChange={setData}
          error={problem?.byField.get("/data")}
        />
      )}
      <TextInput
        label={t("run.reason")}
        description={t("run.reasonHint")}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={500}
        mt="sm"
      />
      {send.error && (
        <Text role="alert" c="red" size="sm" mt="sm">
          {send.error.message}
        </Text>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          {t("app:action.cancel")}
        </Button>
        <Button onClick={submit} loading={send.isPending} disabled={name.trim() === "" || data === undefined}>
          {t("signal.send")}
        </Button>
      </Group>
    </Modal>
  );
}

/** The signals that steps wait for right now. */
function awaitedSignals(view: RunView): { name: string; key: string }[] {
  const found: { name: string; key: string }[] = [];
  for (const { status, wait } of view.steps.values()) {
    if (status === "waiting" && wait?.kind === "signal") found.push({ name: wait.name, key: wait.key });
  }
  return found;
}

/** A form can be made where all steps agree on one schema with fields. */
function formOf(schemas: readonly JsonSchema[] | undefined): JsonSchema | null {
  const [schema] = schemas ?? [];
  return schemas?.length === 1 && Object.keys(schema?.properties ?? {}).length > 0 ? (schema ?? null) : null;
}
