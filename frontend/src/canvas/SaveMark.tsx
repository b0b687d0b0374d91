import { IconAlertTriangle, IconCheck, IconCloudUpload, IconPencil } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useDocument } from "@/stores/document";
import { saveStatus, useSaving } from "@/stores/saving";
import classes from "./Designer.module.css";
import { saveNow } from "./saving";

const ICONS = {
  saved: IconCheck,
  saving: IconCloudUpload,
  unsaved: IconPencil,
  conflict: IconAlertTriangle,
  failed: IconAlertTriangle,
};

/** Whether the server has what is on the canvas. */
export function SaveMark() {
  const { t } = useTranslation("canvas");
  const draft = useDocument((state) => state.draft);
  const saving = useSaving();
  const status = saveStatus(saving, draft);
  const Icon = ICONS[status];
  return (
    <span className={classes.saved} data-status={status} role="status" title={saving.problem?.message}>
      <Icon size={14} aria-hidden />
      <span className={classes.savedWord}>{t(`save.${status}`)}</span>
      {status === "failed" && (
        <button type="button" onClick={() => void saveNow()}>
          {t("save.again")}
        </button>
      )}
    </span>
  );
}
