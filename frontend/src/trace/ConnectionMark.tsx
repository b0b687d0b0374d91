import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useNow } from "@/ui/useNow";
import type { Connection } from "@/wire/connection";
import classes from "./ConnectionMark.module.css";

type Props = { connection: Connection; onRetry(): void };

/** Whether what is shown is live, in words; while it is not, a press tries again at once. */
export function ConnectionMark({ connection, onRetry }: Props) {
  const { t } = useTranslation("trace");
  const now = useNow(connection.state === "reconnecting", 500);
  if (connection.state === "finished" || connection.state === "refused") return null;
  if (connection.state !== "reconnecting") {
    return (
      <span className={classes.mark} data-state={connection.state} role="status">
        <span className={classes.dot} aria-hidden />
        {t(`connection.${connection.state}`)}
      </span>
    );
  }
  const seconds = Math.max(1, Math.ceil((connection.retryAt - now) / 1000));
  return (
    <span className={classes.mark} data-state="reconnecting" role="status">
      <span className={classes.dot} aria-hidden />
      {t("connection.reconnecting", { count: seconds })}
      <UnstyledButton className={classes.again} onClick={onRetry}>
        {t("connection.now")}
      </UnstyledButton>
    </span>
  );
}
