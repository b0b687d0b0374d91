import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { localText } from "@/i18n/localText";
import { agentIcon } from "@/ui/agentIcons";
import { IconChip, tintOf } from "@/ui/IconChip";
import type { Agent } from "@/wire/types";
import classes from "./AgentsPage.module.css";

/** An agent in the list. */
export function AgentCard({ agent }: { agent: Agent }) {
  const { i18n } = useTranslation("registry");
  return (
    <Link to={`/agents/${encodeURIComponent(agent.name)}`} className={classes.card}>
      <div className={classes.top}>
        <IconChip icon={agentIcon(agent.icon)} tint={tintOf(agent.category)} size={34} />
        <div className={classes.names}>
          <span className={classes.title}>{localText(agent.title, i18n.language) || agent.name}</span>
          <code className={classes.name}>
            {agent.name}
            {agent.latest && `@${agent.latest.version}`}
          </code>
        </div>
      </div>
      <p className={classes.text}>{localText(agent.description, i18n.language)}</p>
      <Capabilities names={agent.capabilities} />
      <LiveMark count={agent.live_instances} />
    </Link>
  );
}

export function Capabilities({ names }: { names: readonly string[] }) {
  return (
    <div className={classes.chips}>
      {names.map((name) => (
        <span key={name} className={classes.chip}>
          {name}
        </span>
      ))}
    </div>
  );
}

/** How many instances live, in words and by a dot. */
export function LiveMark({ count }: { count: number | null }) {
  const { t } = useTranslation("registry");
  const words =
    count === null ? t("agents.unknown") : count === 0 ? t("agents.none") : t("agents.live", { count });
  return (
    <span className={classes.live} data-live={count ? true : undefined}>
      {words}
    </span>
  );
}
