import type { SpotlightActionData, SpotlightActionGroupData } from "@mantine/spotlight";
import { IconPlayerPlay, IconRobot, IconServer2, IconSitemap, type TablerIcon } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { localText } from "@/i18n/localText";
import { shortRunId } from "@/ui/RunId";
import { listAgents, listNodes, listRuns, listWorkflows } from "@/wire/api";

const SHOWN = 8;
const STALE_MS = 10_000;
/** What may be the id of a run: its shown end, or all of it. */
const RUN_ID = /^[0-9a-z]{8,26}$/;

/** Workflows, agents, nodes and runs of what is typed, as groups of the palette; nothing while nothing is. */
export function useFoundThings(text: string): SpotlightActionGroupData[] {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const found = useThings(text.trim());
  const group = (name: string, icon: TablerIcon, actions: Omit<SpotlightActionData, "leftSection">[]) => {
    const Icon = icon;
    return {
      group: name,
      actions: actions.map((action) => ({ ...action, leftSection: <Icon size={18} stroke={1.6} /> })),
    };
  };
  const to = (path: string) => ({ id: path, keywords: text, onClick: () => void navigate(path) });
  const { workflows = [], agents = [], nodes = [], runs = [] } = found ?? {};
  return [
    group(
      t("nav.workflows"),
      IconSitemap,
      workflows.map(({ id, title, project }) => ({
        ...to(`/workflows/${id}`),
        label: title,
        description: project.name,
      })),
    ),
    group(
      t("nav.runs"),
      IconPlayerPlay,
      runs.map(({ id, workflow, status }) => ({
        ...to(`/runs/${id}`),
        label: `${workflow.title} · ${shortRunId(id)}`,
        description: t(`status.${status}`),
      })),
    ),
    group(
      t("nav.agents"),
      IconRobot,
      agents.map(({ name, title }) => ({
        ...to(`/agents/${name}`),
        label: localText(title, i18n.language) || name,
        description: name,
      })),
    ),
    group(
      t("nav.nodes"),
      IconServer2,
      nodes.map(({ node_id, name }) => ({ ...to(`/nodes/${node_id}`), label: name })),
    ),
  ].filter(({ actions }) => actions.length > 0);
}

function useThings(text: string) {
  return useQuery({
    queryKey: ["palette", text],
    enabled: text.length > 1,
    staleTime: STALE_MS,
    retry: false,
    queryFn: async ({ signal }) => {
      const search = { search: text, limit: SHOWN };
      const [workflows, agents, nodes, runs] = await Promise.all([
        listWorkflows(search, signal),
        listAgents(search, signal),
        listNodes(signal),
        RUN_ID.test(text) ? listRuns(search, signal) : null,
      ]);
      return {
        workflows: workflows.results,
        agents: agents.results,
        nodes: nodes.results.filter(({ name }) => name.includes(text.toLowerCase())).slice(0, SHOWN),
        runs: runs?.results ?? [],
      };
    },
  }).data;
}
