import { Button, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconRotateClockwise } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useStartRun } from "@/wire/queries";
import type { RunDetail } from "@/wire/types";

/** Starts the same version with the same input and goes to the new run. */
export function RunAgain({ run }: { run: RunDetail }) {
  const { t } = useTranslation("trace");
  const navigate = useNavigate();
  const start = useStartRun();
  const again = () =>
    start.mutate(
      { workflow: run.workflow.id, body: { input: run.input, version: run.version ?? "draft" } },
      {
        onSuccess: ({ id }) => void navigate(`/runs/${id}`),
        onError: (error) =>
          notifications.show({ color: "red", title: t("run.againFailed"), message: error.message }),
      },
    );
  return (
    <Tooltip label={t("run.againHint")}>
      <Button leftSection={<IconRotateClockwise size={15} />} onClick={again} loading={start.isPending}>
        {t("run.again")}
      </Button>
    </Tooltip>
  );
}
