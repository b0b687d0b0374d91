import { Button, Group, Progress, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useBulk } from "@/wire/queries";

/** How far a bulk operation is; it goes on when this is closed. */
export function BulkProgress({ operation, onClose }: { operation: string; onClose(): void }) {
  const { t } = useTranslation("runs");
  const { data, error } = useBulk(operation);
  const refused = Object.entries(data?.refused ?? {});
  const handled = (data?.done ?? 0) + refused.reduce((sum, [, count]) => sum + count, 0);
  const total = data?.total ?? 0;
  const over = data?.ended_at != null;
  return (
    <div role="status">
      <Progress
        value={total > 0 ? (handled / total) * 100 : 0}
        animated={!over}
        mb="sm"
        aria-label={t("bulk.progress")}
      />
      <Text size="sm">{t(over ? "bulk.done" : "bulk.doing", { done: data?.done ?? 0, total })}</Text>
      {refused.map(([code, count]) => (
        <Text key={code} size="sm" c="dimmed">
          {t("bulk.refused", { count })} <code>{code}</code>
        </Text>
      ))}
      {error && (
        <Text role="alert" c="red" size="sm" mt="sm">
          {error.message}
        </Text>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant={over ? "filled" : "default"} onClick={onClose}>
          {over ? t("bulk.close") : t("bulk.closeGoesOn")}
        </Button>
      </Group>
    </div>
  );
}
