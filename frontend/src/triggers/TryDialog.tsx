import { Button, Group, Modal, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { JsonField } from "@/ui/code/lazy";
import { sampleEvent } from "./kinds";
import { type Trigger, useTryTrigger } from "./wire";

/** Fires a trigger with an event of one's own: it starts a real run, or says why it cannot. */
export function TryDialog({ trigger, onClose }: { trigger: Trigger; onClose(): void }) {
  const { t } = useTranslation(["triggers", "app"]);
  const [event, setEvent] = useState<unknown>(() => sampleEvent(trigger.kind));
  const attempt = useTryTrigger(trigger.id);
  const firing = attempt.data;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("try.title", { name: trigger.name })}
      size={560}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Text size="sm" mb="sm">
        {t("try.text")}
      </Text>
      <JsonField label={t("try.event")} value={event} onChange={setEvent} />
      {firing?.run && (
        <Text role="status" size="sm" mt="sm">
          {t("try.started")} <Link to={`/runs/${firing.run}`}>{t("openRun")}</Link>
        </Text>
      )}
      {(attempt.error || firing?.message) && (
        <Text role="alert" c="red" size="sm" mt="sm">
          {attempt.error?.message ?? firing?.message}
        </Text>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          {t("close")}
        </Button>
        <Button onClick={() => attempt.mutate(event ?? {})} loading={attempt.isPending}>
          {t("try.do")}
        </Button>
      </Group>
    </Modal>
  );
}
