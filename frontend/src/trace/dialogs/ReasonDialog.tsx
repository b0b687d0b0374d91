import { Button, Group, Modal, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { NewRunFrom, PlainCommand } from "@/wire/api";
import { keys, useCommandRun, useMakeRunFrom } from "@/wire/queries";
import type { ReasonedCommand } from "../control/command";

const TOLD: Readonly<Partial<Record<ReasonedCommand, PlainCommand>>> = {
  pause: "pause",
  resume: "resume",
  continue: "continue",
};
const MADE: Readonly<Partial<Record<ReasonedCommand, NewRunFrom>>> = {
  retry: { how: "retry" },
  again: { how: "replay", version: "same" },
  newest: { how: "replay", version: "newest" },
};

interface Props {
  run: string;
  what: ReasonedCommand;
  onClose(): void;
}

/** Says once more what a command does, and takes a reason for those who look at the run later; Enter goes on without one. */
export function ReasonDialog({ run, what, onClose }: Props) {
  const { t } = useTranslation(["trace", "app"]);
  const [reason, setReason] = useState("");
  const navigate = useNavigate();
  const client = useQueryClient();
  const command = useCommandRun();
  const maker = useMakeRunFrom();
  const error = command.error ?? maker.error;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const told = TOLD[what];
    const made = MADE[what];
    if (told) {
      const onSuccess = () => {
        void client.invalidateQueries({ queryKey: keys.why(run) });
        onClose();
      };
      command.mutate({ run, command: told, reason }, { onSuccess });
    }
    if (made) {
      const onSuccess = ({ id }: { id: string }) => {
        onClose();
        void navigate(`/runs/${id}`);
      };
      maker.mutate({ run, asked: { ...made, reason } }, { onSuccess });
    }
  };
  return (
    <Modal
      opened
      closeButtonProps={{ "aria-label": t("app:action.close") }}
      onClose={onClose}
      title={t(`control.${what}`)}
    >
      <form onSubmit={submit}>
        <Text size="sm" mb="md">
          {t(`control.hint.${what}`)}
        </Text>
        <TextInput
          label={t("run.reason")}
          description={t("run.reasonHint")}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
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
            {t("app:action.cancel")}
          </Button>
          <Button type="submit" loading={command.isPending || maker.isPending} data-testid="confirm-command">
            {t(`control.${what}`)}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
