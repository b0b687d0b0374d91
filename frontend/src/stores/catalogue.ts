import { create } from "zustand";
import type { JsonSchema } from "@/graph/schema";
import type { AgentSchemas, Catalogue } from "@/graph/scope";
import type { Agent, AgentDetail, AgentVersion } from "@/wire/types";

type CatalogueState = {
  agents: ReadonlyMap<string, Agent>;
  /** Schemas by `name@version`; `name@` is the newest. */
  schemas: ReadonlyMap<string, AgentSchemas>;
  setAgents(agents: readonly Agent[]): void;
  addVersions(agent: AgentDetail): void;
};

function schemasOf({ intent }: AgentVersion): AgentSchemas {
  return { input: intent.input as JsonSchema, output: intent.output as JsonSchema };
}

/** The registry's agents as the designer needs them: by name, with schemas by version. */
export const useCatalogue = create<CatalogueState>((set) => ({
  agents: new Map(),
  schemas: new Map(),
  setAgents: (agents) =>
    set(({ schemas }) => ({
      agents: new Map(agents.map((agent) => [agent.name, agent])),
      schemas: new Map([...schemas, ...agents.flatMap(latestSchemas)]),
    })),
  addVersions: ({ name, versions }) =>
    set(({ schemas }) => ({
      schemas: new Map([
        ...schemas,
        ...versions.map((version) => [`${name}@${version.version}`, schemasOf(version)] as const),
      ]),
    })),
}));

function latestSchemas({ name, latest }: Agent): [string, AgentSchemas][] {
  if (!latest) return [];
  const schemas = schemasOf(latest);
  return [
    [`${name}@`, schemas],
    [`${name}@${latest.version}`, schemas],
  ];
}

export function useAgentSchemas(): Catalogue {
  const schemas = useCatalogue((state) => state.schemas);
  return catalogueOf(schemas);
}

const known = new WeakMap<ReadonlyMap<string, AgentSchemas>, Catalogue>();

/** One function for each map, so that it can stand in dependency lists. */
export function catalogueOf(schemas: ReadonlyMap<string, AgentSchemas>): Catalogue {
  const made = known.get(schemas);
  if (made) return made;
  const catalogue: Catalogue = (agent, version) =>
    schemas.get(`${agent}@${version}`) ?? schemas.get(`${agent}@`);
  known.set(schemas, catalogue);
  return catalogue;
}
