import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { EndedInstances } from "@/instances/EndedInstances";
import { InstanceTable } from "@/instances/InstanceTable";
import { rowsOfAgent } from "@/instances/rows";
import { useLoad } from "@/wire/routing";
import type { AgentDetail } from "@/wire/types";
import classes from "./AgentPage.module.css";
import { DeploymentHistory } from "./DeploymentHistory";

const NO_LOADS = [] as const;

/** Who runs an agent at this moment, how loaded each is, and what can be done with it. */
export function Instances({ agent }: { agent: AgentDetail }) {
  const { t } = useTranslation("registry");
  const loads = useLoad(agent.name).data ?? NO_LOADS;
  const rows = useMemo(() => rowsOfAgent(agent, loads), [agent, loads]);
  return (
    <>
      <section>
        <h2 className={classes.heading}>{t("agent.instances")}</h2>
        {agent.live === false ? (
          <p className={classes.none} role="status">
            {t("agents.liveUnknown")}
          </p>
        ) : (
          rows.length === 0 && <p className={classes.none}>{t("agent.noInstances")}</p>
        )}
        {rows.length > 0 && <InstanceTable rows={rows} label={t("agent.instances")} on="agent" />}
        {agent.live !== false && <EndedInstances agent={agent.name} />}
      </section>
      <DeploymentHistory agent={agent.name} />
    </>
  );
}
