import { VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./RejectedCount.module.css";
import { total } from "./unread";
import { useUnread } from "./useUnread";

const MOST = 99;

/** How many rejected messages the reader has not looked at; nothing when there is none. */
export function RejectedCount() {
  const { t } = useTranslation("contracts");
  const count = total(useUnread().unread);
  if (count === 0) return null;
  return (
    <span className={classes.count} title={t("alert.new", { count })}>
      <span aria-hidden>{count > MOST ? `${MOST}+` : count}</span>
      <VisuallyHidden>{t("alert.new", { count })}</VisuallyHidden>
    </span>
  );
}
