import { Button, Group, Modal, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconPlayerStop } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/wire/problem";
import { useCancelRun } from "@/wire/queries";

/** Asks once more, and for a reason, then asks the engine to stop the run. */
export function CancelRun({ run, disabled }: { run: string; disabled: boolean }) {
  const { t } = useTranslation("trace");
  const [open, { open: ask, close }] = useDisclosure();
  const [reason, setReason] = useState("");
  const cancel = useCancelRun();
  const send = () =>
    cancel.mutate(
      { run, reason },
      {
        onSuccess: close,
        onError: (error) => {
          close();
          if (!isProblem(error, "run_finished")) {
            notifications.show({ color: "red", title: t("run.cancelFailed"), message: error.message });
          }
        },
      },
    );
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconPlayerStop size={15} />}
        onClick={ask}
        disabled={disabled}
        data-testid="cancel-run"
      >
        {t("run.cancel")}
      </Button>
      <Modal opened={open} onClose={close} title={t("run.cancelTitle")}>
        <Text size="sm" mb="md">
          {t("run.cancelText")}
        </Text>
        <Textarea
          label={t("run.reason")}
          description={t("run.reasonHint")}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          autosize
          minRows={2}
          maxLength={500}
          data-autofocus
        />
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={close}>
            {t("run.keepRunning")}
          </Button>
          <Button color="red" onClick={send} loading={cancel.isPending}>
            {t("run.cancel")}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
