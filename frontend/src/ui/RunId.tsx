import { CopyButton, Tooltip, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./RunId.module.css";

/** The end of a run's id: its beginning is only the time. */
export function shortRunId(id: string): string {
  return id.slice(-8);
}

/** A run's id, shortened; whole on hover, copied by a click. */
export function RunId({ id }: { id: string }) {
  const { t } = useTranslation("app");
  return (
    <CopyButton value={id} timeout={1500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? t("copied") : t("runId.copy", { id })}>
          <UnstyledButton
            className={classes.id}
            onClick={copy}
            aria-label={t("runId.label", { id: shortRunId(id) })}
          >
            {shortRunId(id)}
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  );
}
