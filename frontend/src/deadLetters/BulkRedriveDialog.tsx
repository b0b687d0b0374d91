import { Select, Skeleton, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { type BulkRedrive, previewRedrive, useBulkRedrive } from "@/wire/deadLetters";
import { useAgent } from "@/wire/queries";

interface Props {
  asked: readonly BulkRedrive[];
  onClose(started: boolean): void;
}

/** First how many, then to which version, then they are sent. */
export function BulkRedriveDialog({ asked, onClose }: Props) {
  const { t } = useTranslation("deadLetters");
  const [version, setVersion] = useState<string | null>(null);
  const [only] = asked;
  const previews = useQueries({
    queries: asked.map((one) => ({
      queryKey: ["dead-letters", "preview", one],
      queryFn: ({ signal }: { signal: AbortSignal }) => previewRedrive(one, signal),
      gcTime: 0,
      retry: false,
    })),
  });
  const redrive = useBulkRedrive();
  const count = previews.reduce((sum, { data }) => sum + (data?.count ?? 0), 0);
  const pending = previews.some(({ isPending }) => isPending);
  const failed = previews.find(({ error }) => error)?.error ?? redrive.error;
  const send = () =>
    redrive.mutate(
      asked.map((one) => ({ ...one, ...(version && { version }) })),
      {
        onSuccess: ({ sent, refused, trouble }) => {
          const codes = [...refused].map(([code, times]) => `${code} × ${times}`).join(", ");
          const tried = [...refused.values()].reduce((sum, times) => sum + times, sent);
          notifications.show({
            ...((codes || trouble) && { color: "orange", autoClose: false as const }),
            message: [
              t("bulk.sent", { count: sent }),
              codes && t("bulk.refused", { codes }),
              trouble && t("bulk.left", { count: Math.max(1, count - tried), why: trouble.message }),
            ]
              .filter(Boolean)
              .join(" "),
          });
          onClose(true);
        },
      },
    );
  return (
    <ConfirmDialog
      title={t("bulk.title", { count })}
      consequences={[t("bulk.consequence")]}
      confirm={t("bulk.action", { count })}
      disabled={pending || count === 0}
      busy={redrive.isPending}
      error={failed ?? null}
      onClose={() => onClose(false)}
      onConfirm={send}
    >
      {pending && <Skeleton height={24} mb="sm" />}
      <Text size="sm" mb="sm" c="dimmed">
        {t("bulk.of", { agents: asked.map(({ agent }) => agent).join(", ") })}
      </Text>
      {asked.length === 1 && only && (
        <VersionChoice agent={only.agent} value={version} onChange={setVersion} />
      )}
    </ConfirmDialog>
  );
}

function VersionChoice({
  agent,
  value,
  onChange,
}: {
  agent: string;
  value: string | null;
  onChange(version: string | null): void;
}) {
  const { t } = useTranslation("deadLetters");
  const found = useAgent(agent);
  return (
    <Select
      label={t("drawer.version")}
      description={t("drawer.versionHint")}
      placeholder={t("bulk.sameVersion")}
      data={(found.data?.versions ?? []).map((one) => one.version)}
      value={value}
      onChange={onChange}
      clearable
    />
  );
}
