import { Button, Group, Modal, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/wire/problem";
import { useCommandRun } from "@/wire/queries";

interface Props {
  run: string;
  how: "cancel" | "terminate";
  /** How many finished steps would be undone. */
  undo: number;
  onClose(): void;
}

/** Asks once more, and for a reason, before a run is stopped: in order, or at once. */
export function StopDialog({ run, how, undo, onClose }: Props) {
  const { t } = useTranslation(["trace", "app"]);
  const [reason, setReason] = useState("");
  const command = useCommandRun();
  const error = command.error && !isProblem(command.error, "run_finished") ? command.error : null;
  const send = () =>
    command.mutate(
      { run, command: how, reason },
      { onSettled: (_, failed) => (!failed || isProblem(failed, "run_finished")) && onClose() },
    );
  return (
    <Modal
      opened
      closeButtonProps={{ "aria-label": t("app:action.close") }}
      onClose={onClose}
      title={t(`stop.${how}.title`)}
    >
      <Text size="sm" mb="md">
        {t(`stop.${how}.text`)} {how === "cancel" && undo > 0 && t("stop.undo", { count: undo })}
      </Text>
      <Textarea
        label={t("run.reason")}
        description={t("run.reasonHint")}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={500}
        data-autofocus
      />
      {error && (
        <Text role="alert" c="red" size="sm" mt="sm">
          {error.message}
        </Text>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          {t("run.keepRunning")}
        </Button>
        <Button color="red" onClick={send} loading={command.isPending} data-testid="confirm-stop">
          {t(`stop.${how}.confirm`)}
        </Button>
      </Group>
    </Modal>
  );
}
