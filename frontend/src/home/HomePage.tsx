import { Skeleton } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { useAgents, useMe, useTemplates } from "@/wire/queries";
import classes from "./HomePage.module.css";
import { RecentRuns } from "./RecentRuns";
import { SampleCard } from "./SampleCard";
import { SystemState } from "./SystemState";
import { TemplateCards } from "./TemplateCards";

const FIRST = "analyse-sales";

/** The first page: the one thing to try, what ran lately, how the system is. */
export default function HomePage() {
  const { t } = useTranslation("home");
  const templates = useTemplates();
  const agents = useAgents();
  const byName = useMemo(
    () => new Map((agents.data ?? []).map((agent) => [agent.name, agent])),
    [agents.data],
  );
  const all = templates.data ?? [];
  const first = all.find(({ name }) => name === FIRST) ?? all[0];
  return (
    <div className={classes.page}>
      <PageHeader crumbs={[{ label: t("title") }]} />
      <Greeting />
      {templates.isPending && <Skeleton height={250} radius={14} />}
      {templates.error && <ErrorState error={templates.error} onRetry={() => void templates.refetch()} />}
      {first && <SampleCard template={first} agents={byName} />}
      <section className={classes.section}>
        <h2 className={classes.heading}>{t("templates")}</h2>
        <TemplateCards templates={all.filter((template) => template !== first)} />
      </section>
      <div className={classes.columns}>
        <RecentRuns />
        <SystemState />
      </div>
    </div>
  );
}

function Greeting() {
  const { t } = useTranslation("home");
  const me = useMe();
  const hour = new Date().getHours();
  const part = hour < 5 || hour >= 18 ? "evening" : hour < 12 ? "morning" : "afternoon";
  return (
    <header className={classes.greeting}>
      <h1>{me.data ? t(`greeting.${part}`, { name: me.data.name || me.data.username }) : "\u00a0"}</h1>
      <p>{t("lead")}</p>
    </header>
  );
}
