import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "./EmptyState";

type Props = { error: unknown; title?: string; onRetry?(): void };

/** A load that failed: what, why, and the next step. */
export function ErrorState({ error, title, onRetry }: Props) {
  const { t } = useTranslation();
  return (
    <div role="alert">
      <EmptyState
        icon={<IconAlertTriangle size={24} stroke={1.6} />}
        title={title ?? t("load.failed")}
        text={error instanceof Error ? error.message : String(error)}
        action={
          onRetry && (
            <Button variant="default" onClick={onRetry}>
              {t("load.retry")}
            </Button>
          )
        }
      />
    </div>
  );
}
