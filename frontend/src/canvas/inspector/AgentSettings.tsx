import { Anchor, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { localText } from "@/i18n/localText";
import { useCatalogue } from "@/stores/catalogue";
import { Frame } from "@/ui/form/Field";
import { getAgent } from "@/wire/api";
import { keys } from "@/wire/queries";
import classes from "./Inspector.module.css";
import type { NodeForm } from "./useNode";

/** Which agent, and which version of it. */
export function AgentSettings({ form }: { form: NodeForm }) {
  const { t, i18n } = useTranslation("canvas");
  const [agentId, versionId] = [useId(), useId()];
  const agents = useCatalogue((state) => state.agents);
  const name = String(form.fields.agent ?? "");
  const agent = agents.get(name);
  const versions = useVersions(name);
  const latest = agent?.latest?.version;
  const agentProblem = form.problems.get("/agent");
  const versionProblem = form.problems.get("/version");
  const known = versions.map((version) => ({ value: version, label: version }));
  return (
    <>
      {agent && <p className={classes.about}>{localText(agent.description, i18n.language)}</p>}
      <div className={classes.two}>
        <Frame
          id={agentId}
          label={t("field.agent")}
          pointer="/agent"
          required
          {...(agentProblem && { problem: agentProblem })}
        >
          <Select
            id={agentId}
            data={[...new Set([...agents.keys(), ...(name ? [name] : [])])].sort()}
            value={name || null}
            searchable
            allowDeselect={false}
            placeholder={t("field.agentPlaceholder")}
            error={agentProblem !== undefined}
            onChange={(value) => form.set({ agent: value ?? "", version: undefined })}
          />
        </Frame>
        <Frame
          id={versionId}
          label={t("field.version")}
          pointer="/version"
          {...(versionProblem && { problem: versionProblem })}
        >
          <Select
            id={versionId}
            data={[
              { value: "", label: latest ? t("field.newestIs", { version: latest }) : t("field.newest") },
              ...known,
            ]}
            value={String(form.fields.version ?? "")}
            allowDeselect={false}
            error={versionProblem !== undefined}
            onChange={(value) => form.set({ version: value || undefined })}
          />
        </Frame>
      </div>
      {agent && (
        <Anchor component={Link} to={`/agents/${encodeURIComponent(name)}`} target="_blank" size="xs">
          {t("field.agentPage")}
        </Anchor>
      )}
    </>
  );
}

function useVersions(name: string): string[] {
  const addVersions = useCatalogue((state) => state.addVersions);
  const { data } = useQuery({
    queryKey: [...keys.agents, "one", name],
    queryFn: ({ signal }) => getAgent(name, signal),
    enabled: name !== "",
    staleTime: 60_000,
  });
  useEffect(() => {
    if (data) addVersions(data);
  }, [data, addVersions]);
  return data?.versions.map((version) => version.version) ?? [];
}
