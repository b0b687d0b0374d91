import { Button, Code, Group } from "@mantine/core";
import { IconAlertTriangle, IconPlugConnectedX } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useRevalidator, useRouteError } from "react-router";
import { EmptyState } from "@/ui/EmptyState";
import { serverSilent, useReachable } from "@/wire/reachable";

/** Shown in place of a page whose code failed. */
export function RouteError() {
  const { t } = useTranslation();
  const error = useRouteError();
  const lost = isLost(error);
  useReloadWhenBack(lost);
  const { revalidate } = useRevalidator();
  if (lost) {
    return (
      <div role="alert">
        <EmptyState
          icon={<IconPlugConnectedX size={24} stroke={1.6} />}
          title={t("error.lost.title")}
          text={t("error.lost.text")}
          action={<Button onClick={() => location.reload()}>{t("error.reload")}</Button>}
        />
      </div>
    );
  }
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

const LOST = /dynamically imported module|module script|preload CSS/i;
const RELOADED = "ac-reloaded-at";
const AT_MOST_EVERY_MS = 30_000;

/** Whether a part of the page could not be fetched: the server was away, or has a newer page by now. */
function isLost(error: unknown): boolean {
  return error instanceof Error && LOST.test(error.message);
}

/** Browsers remember that a part could not be fetched, so that only a new page gets it. */
function useReloadWhenBack(lost: boolean): void {
  useEffect(() => {
    if (!lost) return;
    serverSilent();
    return useReachable.subscribe(({ away }) => {
      const last = Number(sessionStorage.getItem(RELOADED));
      if (away || Date.now() - last < AT_MOST_EVERY_MS) return;
      sessionStorage.setItem(RELOADED, String(Date.now()));
      location.reload();
    });
  }, [lost]);
}
