import { Button, Code, Group } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useRevalidator, useRouteError } from "react-router";
import { EmptyState } from "@/ui/EmptyState";

/** Shown in place of a page whose code failed. */
export function RouteError() {
  const { t } = useTranslation();
  const error = useRouteError();
  const { revalidate } = useRevalidator();
  return (
    <div role="alert">
      <EmptyState
        icon={<IconAlertTriangle size={24} stroke={1.6} />}
        title={t("error.title")}
        text={t("error.next")}
        action={
          <>
            <Group justify="center">
              <Button variant="default" onClick={() => void revalidate()}>
                {t("error.retry")}
              </Button>
              <Button onClick={() => location.reload()}>{t("error.reload")}</Button>
            </Group>
            <Code block mt="lg" style={{ whiteSpace: "pre-wrap", textAlign: "left" }}>
              {error instanceof Error ? error.message : String(error)}
            </Code>
          </>
        }
      />
    </div>
  );
}
