import { Code } from "@mantine/core";
import { IconServer2 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNow } from "@/trace/useNow";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { useNodes } from "@/wire/queries";
import { NodeCard } from "./NodeCard";
import classes from "./NodesPage.module.css";

const COMMAND = "agent-coordinator init --name my-node";

/** Every host of agents, as it stands this second. */
export default function NodesPage() {
  const { t } = useTranslation("registry");
  const nodes = useNodes();
  const now = useNow(true, 1000);
  const list = nodes.data?.nodes ?? [];
  return (
    <>
      <PageHeader crumbs={[{ label: t("nodes.title") }]} />
      {nodes.isPending && <PageSkeleton />}
      {nodes.error && !nodes.data && <ErrorState error={nodes.error} onRetry={() => void nodes.refetch()} />}
      {nodes.data && !nodes.data.live && (
        <p className={classes.unknown} role="alert">
          {t("nodes.unknown", { detail: nodes.data.detail })}
        </p>
      )}
      {nodes.data?.live && list.length === 0 && (
        <EmptyState
          icon={<IconServer2 size={24} stroke={1.6} />}
          title={t("nodes.empty.title")}
          text={t("nodes.empty.text")}
          action={<Code block>{COMMAND}</Code>}
        />
      )}
      <div className={classes.grid}>
        {list.map((node) => (
          <NodeCard key={node.node_id} node={node} seen={nodes.data?.at ?? now} now={now} />
        ))}
      </div>
    </>
  );
}
