import { Select } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { type InstanceCommand, useCommandInstance } from "@/wire/cluster";
import { useNodes } from "@/wire/queries";
import type { InstanceRow } from "./rows";

interface Props {
  row: InstanceRow;
  command: InstanceCommand;
  onClose(): void;
}

/** Asks once more before an instance is restarted, moved or stopped, and says what will happen. */
export function InstanceDialog({ row, command, onClose }: Props) {
  const { t } = useTranslation("instances");
  const [node, setNode] = useState<string | null>(null);
  const send = useCommandInstance();
  const name = `${row.agent}@${row.version}`;
  const values = { name, node: row.node, count: row.inFlight };
  const consequences = [
    t(`consequence.${command}`, values),
    row.inFlight > 0 ? t("consequence.calls", values) : t("consequence.noCalls"),
  ];
  return (
    <ConfirmDialog
      title={t(`question.${command}`, values)}
      consequences={consequences}
      confirm={t(`command.${command}`)}
      danger={command === "stop"}
      busy={send.isPending}
      error={send.error}
      onClose={onClose}
      onConfirm={() =>
        send.mutate(
          { instance: row.instance, command, ...(node && { node }) },
          {
            onSuccess: () => {
              notifications.show({ message: t(`asked.${command}`, values) });
              onClose();
            },
          },
        )
      }
    >
      {command === "migrate" && <Target from={row.nodeId} value={node} onChange={setNode} />}
    </ConfirmDialog>
  );
}

function Target({
  from,
  value,
  onChange,
}: {
  from: string;
  value: string | null;
  onChange(node: string | null): void;
}) {
  const { t } = useTranslation("instances");
  const nodes = (useNodes().data?.nodes ?? []).filter(
    ({ node_id, status, draining }) => node_id !== from && status === "active" && !draining,
  );
  return (
    <Select
      label={t("target")}
      placeholder={t("anyNode")}
      description={nodes.length === 0 ? t("noOtherNode") : undefined}
      data={[...new Set(nodes.map(({ name }) => name))]}
      value={value}
      onChange={onChange}
      searchable
      clearable
    />
  );
}
