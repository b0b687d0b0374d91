import { queryOptions, useQueries, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { type Structure, toDraft } from "@/graph/model";
import { workflowKey, workflowSchemas } from "@/graph/scope";
import { useCatalogue } from "@/stores/catalogue";
import { useDocument } from "@/stores/document";
import { useSaving } from "@/stores/saving";
import { getVersion, listWorkflows } from "@/wire/api";
import { keys } from "@/wire/queries";
import type { Graph, Workflow } from "@/wire/types";

const FRESH_MS = 30_000;

/** A workflow of the project by its exact name; null when there is none. */
function byName(name: string, project: string) {
  return queryOptions({
    queryKey: [...keys.workflows, "named", project, name],
    queryFn: async ({ signal }): Promise<Workflow | null> => {
      const { results } = await listWorkflows({ name, ...(project && { project }), limit: 1 }, signal);
      return results[0] ?? null;
    },
    enabled: name !== "",
    staleTime: FRESH_MS,
  });
}

/** The workflow a sub-workflow step names. */
export function useSubWorkflow(name: string) {
  const project = useSaving((state) => state.project);
  return useQuery(byName(name, project));
}

interface Named {
  name: string;
  /** 0: the newest. */
  version: number;
}

function namedIn(structure: Structure, fields: Readonly<Record<string, Record<string, unknown>>>): Named[] {
  const all = structure.nodes
    .filter((node) => node.kind === "workflow" && fields[node.id]?.workflow)
    .map((node) => ({
      name: String(fields[node.id]?.workflow),
      version: Number(fields[node.id]?.version ?? 0),
    }));
  return [...new Map(all.map((item) => [`${item.name}@${item.version}`, item])).values()];
}

/** Bring what the draft's sub-workflows take and give into the catalogue, as far as they are published. */
export function useSubWorkflowsLoaded(): void {
  const project = useSaving((state) => state.project);
  const structure = useDocument((state) => state.draft.structure);
  const fields = useDocument((state) => state.draft.fields);
  const named = useMemo(() => namedIn(structure, fields), [structure, fields]);
  const addSchemas = useCatalogue((state) => state.addSchemas);
  const found = useQueries({ queries: named.map(({ name }) => byName(name, project)) });
  const wanted = named.flatMap(({ name, version }, index) => {
    const workflow = found[index]?.data;
    const number = version || workflow?.published_version;
    return workflow && number ? [{ name, version, number, id: workflow.id }] : [];
  });
  const graphs = useQueries({
    queries: wanted.map(({ id, number }) => ({
      queryKey: [...keys.workflow(id), "version", number],
      queryFn: async ({ signal }: { signal: AbortSignal }) => (await getVersion(id, number, signal)).graph,
      staleTime: Number.POSITIVE_INFINITY,
    })),
    combine: (results) => results.map((result) => result.data),
  });
  const known = wanted.map((item, index) => ({ ...item, graph: graphs[index] }));
  const stamp = known
    .map(({ name, version, number, graph }) => `${name}@${version}=${graph ? number : ""}`)
    .join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `stamp` says all of what has arrived
  useEffect(() => {
    for (const { name, version, graph } of known) {
      if (graph) addSchemas(`${workflowKey(name)}@${version || ""}`, schemasOf(graph));
    }
  }, [stamp, addSchemas]);
}

function schemasOf(graph: Graph) {
  return workflowSchemas(toDraft(graph), () => undefined);
}
