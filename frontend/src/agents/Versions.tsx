import { UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { StatusTag } from "@/bundles/StatusTag";
import { serverWords } from "@/i18n/serverWords";
import { CopyButton } from "@/ui/CopyButton";
import { RelativeTime } from "@/ui/RelativeTime";
import type { Breaker } from "@/wire/routing";
import type { AgentDetail, AgentVersion } from "@/wire/types";
import classes from "./AgentPage.module.css";
import { BreakerMark } from "./BreakerMark";
import { VersionDialog, type VersionQuestion } from "./VersionDialog";
import { VersionMenu } from "./VersionMenu";
import versionClasses from "./Versions.module.css";

interface Props {
  agent: AgentDetail;
  breakers: readonly Breaker[];
  shown: string;
  onShow(version: string): void;
}

/** Every version: where it comes from, how many instances it has of those wanted, its share, and whether calls go through. */
export function Versions({ agent, breakers, shown, onShow }: Props) {
  const { t } = useTranslation("registry");
  const [asked, setAsked] = useState<{ version: AgentVersion; question: VersionQuestion } | null>(null);
  const breakerOf = (version: string) =>
    breakers.find((one) => one.agent === agent.name && one.version === version);
  return (
    <section>
      <h2 className={classes.heading}>{t("agent.versions")}</h2>
      <div className={versionClasses.scroller}>
        <table className={versionClasses.table} aria-label={t("agent.versions")}>
          <thead>
            <tr>
              {(["version", "source", "instances", "weight", "breaker"] as const).map((name) => (
                <th key={name} scope="col">
                  {t(`version.column.${name}`)}
                </th>
              ))}
              <th scope="col" aria-label={t("version.column.actions")} />
            </tr>
          </thead>
          <tbody>
            {agent.versions.map((version, at) => (
              <tr key={version.version} data-shown={version.version === shown || undefined}>
                <td>
                  <UnstyledButton
                    className={versionClasses.version}
                    onClick={() => onShow(version.version)}
                    aria-pressed={version.version === shown}
                  >
                    {version.version}
                  </UnstyledButton>
                  {at === 0 && <span className={versionClasses.quiet}> {t("agent.newest")}</span>}
                  <div className={versionClasses.identity}>
                    <code title={version.identity}>{version.identity.replace("agent://sha256:", "")}</code>
                    <CopyButton value={version.identity} label={t("agent.copyIdentity")} />
                    {version.created_at && <RelativeTime at={version.created_at} />}
                  </div>
                </td>
                <td>
                  <Source version={version} />
                </td>
                <td>
                  <Placement agent={agent} version={version} />
                </td>
                <td data-number>{version.deployment ? `${version.deployment.weight} %` : "–"}</td>
                <td>
                  <BreakerMark breaker={breakerOf(version.version)} />
                </td>
                <td>
                  <VersionMenu
                    agent={agent}
                    version={version}
                    breaker={breakerOf(version.version)}
                    onAsk={(question) => setAsked({ version, question })}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {asked && (
        <VersionDialog
          agent={agent}
          version={asked.version}
          question={asked.question}
          onClose={() => setAsked(null)}
        />
      )}
    </section>
  );
}

function Source({ version: { runtime = "builtin", bundle_status, identity } }: { version: AgentVersion }) {
  const { t } = useTranslation("registry");
  const words = t(`version.runtime.${runtime}`);
  if (runtime !== "bundle") return words;
  return (
    <div className={versionClasses.source}>
      <Link to={`/agents/bundles/${identity.replace("agent://sha256:", "")}`}>{words}</Link>
      {bundle_status && <StatusTag status={bundle_status} />}
    </div>
  );
}

function Placement({ agent, version }: { agent: AgentDetail; version: AgentVersion }) {
  const { t } = useTranslation("registry");
  const { deployment } = version;
  if (agent.live === false) return <span className={versionClasses.quiet}>{t("agents.unknown")}</span>;
  if (deployment) {
    return (
      <>
        <span className={versionClasses.mark} data-tone={deployment.status === "short" ? "amber" : "plain"}>
          {t("version.ready", { ready: deployment.ready, count: deployment.replicas })}
        </span>
        {deployment.reason && <p className={versionClasses.reason}>{serverWords("", deployment.reason)}</p>}
      </>
    );
  }
  const count = agent.instances.filter((one) => one.version === version.version).length;
  return count > 0 ? (
    t("version.own", { count })
  ) : (
    <span className={versionClasses.quiet}>{t("version.noInstances")}</span>
  );
}
