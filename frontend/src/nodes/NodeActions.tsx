import { notifications } from "@mantine/notifications";
import { IconPlayerPause, IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { OperatorButton } from "@/ui/OperatorButton";
import { useDrainNode, useStopNode } from "@/wire/cluster";
import type { ClusterNode } from "@/wire/types";

type Action = "drain" | "resume" | "stop";

/** Empty a node, let it work again, or end it; each says first what will happen. */
export function NodeActions({ node }: { node: ClusterNode }) {
  const { t } = useTranslation("registry");
  const [asked, setAsked] = useState<Action | null>(null);
  const drain = node.draining ? "resume" : "drain";
  const gone = node.status === "failed" ? t("node.silent") : "";
  return (
    <>
      <OperatorButton
        variant="default"
        leftSection={drain === "drain" ? <IconPlayerPause size={15} /> : <IconPlayerPlay size={15} />}
        blocked={gone}
        onClick={() => setAsked(drain)}
      >
        {t(`node.action.${drain}`)}
      </OperatorButton>
      <OperatorButton
        variant="default"
        leftSection={<IconPlayerStop size={15} />}
        blocked={gone}
        onClick={() => setAsked("stop")}
      >
        {t("node.action.stop")}
      </OperatorButton>
      {asked && <Dialog node={node} action={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function Dialog({ node, action, onClose }: { node: ClusterNode; action: Action; onClose(): void }) {
  const { t } = useTranslation("registry");
  const drain = useDrainNode();
  const stop = useStopNode();
  const sent = action === "stop" ? stop : drain;
  const placed = node.agents.filter(({ slot = -1 }) => slot >= 0).length;
  const own = node.agents.length - placed;
  const consequences = [
    t(`node.consequence.${action}`),
    ...(action !== "resume" && node.slots.busy > 0 ? [t("node.calls", { count: node.slots.busy })] : []),
    ...(action !== "resume" && placed > 0 ? [t("node.placed", { count: placed })] : []),
    ...(action !== "resume" && own > 0 ? [t(`node.own.${action}`, { count: own })] : []),
  ];
  const done = {
    onSuccess: () => {
      notifications.show({ message: t(`node.asked.${action}`, { name: node.name }) });
      onClose();
    },
  };
  return (
    <ConfirmDialog
      title={t(`node.question.${action}`, { name: node.name })}
      consequences={consequences}
      confirm={t(`node.action.${action}`)}
      danger={action === "stop"}
      busy={sent.isPending}
      error={sent.error}
      onClose={onClose}
      onConfirm={() =>
        action === "stop"
          ? stop.mutate(node.node_id, done)
          : drain.mutate({ node: node.node_id, on: action === "drain" }, done)
      }
    />
  );
}
