import { Button } from "@mantine/core";
import { IconRobot } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { localText } from "@/i18n/localText";
import { agentIcon } from "@/ui/agentIcons";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { IconChip, tintOf } from "@/ui/IconChip";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { isProblem } from "@/wire/problem";
import { useAgent } from "@/wire/queries";
import { useBreakers } from "@/wire/routing";
import type { AgentDetail } from "@/wire/types";
import { Capabilities, LiveMark } from "./AgentCard";
import classes from "./AgentPage.module.css";
import { AgentRuns } from "./AgentRuns";
import { BreakerChanges } from "./BreakerChanges";
import { Instances } from "./Instances";
import { Limits } from "./Limits";
import { SchemaTable } from "./SchemaTable";
import { Versions } from "./Versions";

/** One agent: what it does, takes and gives, in which versions, and who runs it now. */
export default function AgentPage() {
  const { t, i18n } = useTranslation("registry");
  const { name = "" } = useParams();
  const agent = useAgent(name);
  const title = agent.data ? localText(agent.data.title, i18n.language) || name : name;
  return (
    <>
      <PageHeader crumbs={[{ label: t("agents.title"), to: "/agents" }, { label: title }]} />
      {agent.isPending && <PageSkeleton />}
      {agent.error && !agent.data && <Failed error={agent.error} onRetry={() => void agent.refetch()} />}
      {agent.data && <Detail agent={agent.data} title={title} />}
    </>
  );
}

function Failed({ error, onRetry }: { error: Error; onRetry(): void }) {
  const { t } = useTranslation("registry");
  if (!isProblem(error) || error.status !== 404) return <ErrorState error={error} onRetry={onRetry} />;
  return (
    <EmptyState
      icon={<IconRobot size={24} stroke={1.6} />}
      title={t("agent.gone")}
      text={t("agent.goneText")}
      action={
        <Button component={Link} to="/agents">
          {t("agent.all")}
        </Button>
      }
    />
  );
}

function Detail({ agent, title }: { agent: AgentDetail; title: string }) {
  const { t, i18n } = useTranslation("registry");
  const [wanted, setWanted] = useState<string | null>(null);
  const breakers = useBreakers().data ?? [];
  const shown = agent.versions.find(({ version }) => version === wanted) ?? agent.versions[0] ?? agent.latest;
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <IconChip icon={agentIcon(agent.icon)} tint={tintOf(agent.category)} size={48} />
        <div className={classes.words}>
          <h1>{title}</h1>
          <code>{shown ? `${agent.name}@${shown.version}` : agent.name}</code>
          <p>{localText(agent.description, i18n.language)}</p>
          <Capabilities names={agent.capabilities} />
          <LiveMark count={agent.live_instances} />
          <div className={classes.links}>
            <Link to={`/dead-letters?agent=${encodeURIComponent(agent.name)}`}>{t("agent.deadLetters")}</Link>
          </div>
        </div>
      </header>
      <div className={classes.wide}>
        <Versions agent={agent} breakers={breakers} shown={shown?.version ?? ""} onShow={setWanted} />
        <Instances agent={agent} />
        <AgentRuns agent={agent.name} />
      </div>
      <div className={classes.columns}>
        <div className={classes.stack}>
          {shown && <SchemaTable title={t("agent.input")} schema={shown.intent.input} />}
          {shown && <SchemaTable title={t("agent.output")} schema={shown.intent.output} />}
        </div>
        <div className={classes.stack}>
          {shown && <Limits version={shown} />}
          {shown && <BreakerChanges agent={agent.name} version={shown.version} />}
        </div>
      </div>
    </div>
  );
}
