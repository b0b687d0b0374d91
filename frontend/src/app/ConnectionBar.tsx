import { useNetwork } from "@mantine/hooks";
import { IconWifiOff } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useReachable } from "@/wire/reachable";
import classes from "./ConnectionBar.module.css";

/** Says so while the browser has no network, or the server does not answer. */
export function ConnectionBar() {
  const { t } = useTranslation();
  const { online } = useNetwork();
  const away = useReachable((state) => state.away);
  useAskAgain(away);
  if (online && !away) return null;
  return (
    <div className={classes.bar} role="status">
      <IconWifiOff size={16} aria-hidden /> {t(online ? "serverGone" : "offline")}
    </div>
  );
}

/** What failed meanwhile is asked for again when the server is back. */
function useAskAgain(away: boolean): void {
  const client = useQueryClient();
  const before = useRef(away);
  useEffect(() => {
    if (before.current && !away) {
      void client.refetchQueries({ predicate: (query) => query.state.status === "error" });
    }
    before.current = away;
  }, [away, client]);
}
