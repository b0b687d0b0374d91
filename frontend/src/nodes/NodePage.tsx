import { Button } from "@mantine/core";
import { IconServerOff } from "@tabler/icons-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { serverWords } from "@/i18n/serverWords";
import { EndedInstances } from "@/instances/EndedInstances";
import { InstanceTable } from "@/instances/InstanceTable";
import { rowsOfNode } from "@/instances/rows";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { useNodes } from "@/wire/queries";
import type { ClusterNode } from "@/wire/types";
import { HealthChanges } from "./HealthChanges";
import { HealthMark } from "./HealthMark";
import { NodeActions } from "./NodeActions";
import { NodeDetails } from "./NodeDetails";
import { GATEWAY, NodeFacts, sandboxWords } from "./NodeFacts";
import { NodeFigures } from "./NodeFigures";
import classes from "./NodePage.module.css";

/** One node: how it stands, its last minutes, what it hosts, and what can be done with it. */
export default function NodePage() {
  const { t } = useTranslation("registry");
  const { id = "" } = useParams();
  const nodes = useNodes();
  const node = nodes.data?.nodes.find(({ node_id, name }) => node_id === id || name === id);
  return (
    <>
      <PageHeader
        crumbs={[{ label: t("nodes.title"), to: "/nodes" }, { label: node?.name ?? id }]}
        status={node && <HealthMark health={node.status} />}
        actions={node && <NodeActions node={node} />}
      />
      {nodes.isPending && <PageSkeleton />}
      {nodes.error && !nodes.data && <ErrorState error={nodes.error} onRetry={() => void nodes.refetch()} />}
      {nodes.data && !nodes.data.live && (
        <p className={classes.unknown} role="alert">
          {t("nodes.unknown", { detail: serverWords("", nodes.data.detail) })}
        </p>
      )}
      {nodes.data?.live && !node && <Gone />}
      {node && <Detail node={node} seen={nodes.data?.at ?? 0} />}
    </>
  );
}

function Gone() {
  const { t } = useTranslation("registry");
  return (
    <EmptyState
      icon={<IconServerOff size={24} stroke={1.6} />}
      title={t("node.gone")}
      text={t("node.goneText")}
      action={
        <Button component={Link} to="/nodes">
          {t("node.all")}
        </Button>
      }
    />
  );
}

function Detail({ node, seen }: { node: ClusterNode; seen: number }) {
  const { t } = useTranslation("registry");
  const rows = useMemo(() => rowsOfNode(node), [node]);
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h1>{node.name}</h1>
        <NodeFacts node={node} />
        {node.runtime && !node.runtime.sandbox && node.role !== GATEWAY && (
          <p className={classes.quiet}>{sandboxWords(node.runtime, t)}</p>
        )}
      </header>
      <NodeFigures node={node} />
      <section>
        <h2 className={classes.heading}>{t("nodes.instances", { count: rows.length })}</h2>
        {rows.length === 0 ? (
          <p className={classes.quiet}>{t("node.noInstances")}</p>
        ) : (
          <InstanceTable rows={rows} label={t("node.instances")} on="node" />
        )}
        {node.status !== "failed" && <EndedInstances node={node.node_id} />}
      </section>
      <div className={classes.columns}>
        <NodeDetails node={node} seen={seen} />
        <HealthChanges node={node.node_id} />
      </div>
    </div>
  );
}
