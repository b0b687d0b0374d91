import { useNetwork } from "@mantine/hooks";
import { IconWifiOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./ConnectionBar.module.css";

/** Says so when the browser has no network. */
export function ConnectionBar() {
  const { t } = useTranslation();
  const { online } = useNetwork();
  if (online) return null;
  return (
    <div className={classes.bar} role="status">
      <IconWifiOff size={16} aria-hidden /> {t("offline")}
    </div>
  );
}
