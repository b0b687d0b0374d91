import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import classes from "./Contracts.module.css";
import { total } from "./unread";
import { useUnread } from "./useUnread";

const NAMED = 3;

/** Which contracts were broken since the reader last looked; nothing when none was. */
export function RejectedNotice() {
  const { t, i18n } = useTranslation("contracts");
  const { unread, lookAtAll } = useUnread();
  if (unread.length === 0) return null;
  const more = unread.length - NAMED;
  return (
    <div role="status" className={classes.notice}>
      <IconAlertTriangle size={18} stroke={1.8} aria-hidden />
      <b>{t("alert.new", { count: total(unread) })}</b>
      <ul className={classes.noticed}>
        {unread.slice(0, NAMED).map(({ contract, count }) => (
          <li key={contract}>
            <Link to={`/contracts/${encodeURIComponent(contract)}?tab=rejected`} title={contract}>
              {contract}
            </Link>
            <b>{count.toLocaleString(i18n.language)}</b>
          </li>
        ))}
        {more > 0 && (
          <li>
            <Link to="/contracts?rejected=true">{t("alert.more", { count: more })}</Link>
          </li>
        )}
      </ul>
      <Button variant="default" size="xs" onClick={lookAtAll}>
        {t("alert.seen")}
      </Button>
    </div>
  );
}
