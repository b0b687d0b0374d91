import { Button, Group, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/wire/problem";
import { useCancelRun } from "@/wire/queries";
import classes from "./RunsPage.module.css";

/** Cancels all chosen runs, after asking once. */
export function BulkCancel({ runs, onDone }: { runs: readonly string[]; onDone(): void }) {
  const { t } = useTranslation("runs");
  const [open, { open: ask, close }] = useDisclosure();
  const cancel = useCancelRun();
  const count = runs.length;
  const cancelAll = async () => {
    const results = await Promise.allSettled(runs.map((run) => cancel.mutateAsync({ run })));
    close();
    onDone();
    const failed = results.flatMap((result) =>
      result.status === "rejected" && !isProblem(result.reason, "run_finished")
        ? [String(result.reason)]
        : [],
    );
    if (failed.length > 0) notifications.show({ color: "red", title: t("someFailed"), message: failed[0] });
  };
  if (count === 0) return null;
  return (
    <div className={classes.bulk} role="status">
      <span>{t("selected", { count })}</span>
      <Button color="red" variant="light" onClick={ask}>
        {t("cancelSelected", { count })}
      </Button>
      <Modal opened={open} onClose={close} title={t("cancelTitle", { count })}>
        <Text size="sm">{t("cancelText")}</Text>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={close}>
            {t("keep")}
          </Button>
          <Button color="red" loading={cancel.isPending} onClick={() => void cancelAll()}>
            {t("cancelSelected", { count })}
          </Button>
        </Group>
      </Modal>
    </div>
  );
}
