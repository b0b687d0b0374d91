import { Button, Group, Modal } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useBlocker } from "react-router";
import { useDocument } from "@/stores/document";
import { useSaving } from "@/stores/saving";
import { saveNow } from "./saving";

/** Leaving with unsaved work: save first; only when that fails, ask. */
export function LeaveGuard() {
  const { t } = useTranslation(["canvas", "app"]);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      currentLocation.pathname !== nextLocation.pathname &&
      useDocument.getState().draft !== useSaving.getState().saved,
  );
  const { state } = blocker;
  useEffect(() => {
    if (state !== "blocked") return;
    void saveNow().then((saved) => saved && blocker.proceed?.());
  }, [state, blocker]);
  const stuck = useSaving((saving) => saving.problem !== null || saving.conflict !== null);
  return (
    <Modal opened={state === "blocked" && stuck} onClose={() => blocker.reset?.()} title={t("leave.title")}>
      <p style={{ marginTop: 0 }}>{t("leave.text")}</p>
      <Group justify="flex-end">
        <Button variant="default" onClick={() => blocker.reset?.()}>
          {t("leave.stay")}
        </Button>
        <Button color="red" onClick={() => blocker.proceed?.()}>
          {t("leave.go")}
        </Button>
      </Group>
    </Modal>
  );
}
