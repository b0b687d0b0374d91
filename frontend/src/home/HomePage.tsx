import { Skeleton } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { useAgents, useMe, useTemplates } from "@/wire/queries";
import { Attention } from "./Attention";
import classes from "./HomePage.module.css";
import { Instruction } from "./Instruction";
import { RecentRuns, useRecentRuns } from "./RecentRuns";
import { SampleCard } from "./SampleCard";
import { SystemState } from "./SystemState";
import { TemplateCards } from "./TemplateCards";

const FIRST = "analyse-sales";

/** The first page. Who has runs sees how they are first; who has none, the one thing to try. */
export default function HomePage() {
  const { t } = useTranslation("home");
  const runs = useRecentRuns();
  const known = runs.data !== undefined || runs.error !== null;
  const back = !known || runs.list.length > 0;
  return (
    <div className={classes.page}>
      <PageHeader crumbs={[{ label: t("title") }]} />
      <Greeting back={back} />
      <Instruction />
      {!known && <Skeleton height={250} radius={14} />}
      {known && back && (
        <>
          <Attention />
          <Now />
          <Starts />
        </>
      )}
      {known && !back && (
        <>
          <Starts />
          <Now />
        </>
      )}
    </div>
  );
}

/** What ran lately, and how the system is. */
function Now() {
  return (
    <div className={classes.columns}>
      <RecentRuns />
      <SystemState />
    </div>
  );
}

/** The sample to try, and more to start from. */
function Starts() {
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
    <>
      {templates.isPending && <Skeleton height={250} radius={14} />}
      {templates.error && <ErrorState error={templates.error} onRetry={() => void templates.refetch()} />}
      {first && <SampleCard template={first} agents={byName} />}
      <section>
        <h2 className={classes.heading}>{t("templates")}</h2>
        <TemplateCards templates={all.filter((template) => template !== first)} />
      </section>
    </>
  );
}

function Greeting({ back }: { back: boolean }) {
  const { t } = useTranslation("home");
  const me = useMe();
  const hour = new Date().getHours();
  const part = hour < 5 || hour >= 18 ? "evening" : hour < 12 ? "morning" : "afternoon";
  return (
    <header className={classes.greeting}>
      <h1>{me.data ? t(`greeting.${part}`, { name: me.data.name || me.data.username }) : "\u00a0"}</h1>
      {!back && <p>{t("lead")}</p>}
    </header>
  );
}
