import { useMemo } from "react";
import { create } from "zustand";
import type { JsonSchema } from "@/graph/schema";
import { type AgentSchemas, type Catalogue, capabilityKey } from "@/graph/scope";
import type { Agent, AgentDetail, AgentVersion } from "@/wire/types";

type CatalogueState = {
  agents: ReadonlyMap<string, Agent>;
  /** Schemas by `name@version`; `name@` is the newest. */
  schemas: ReadonlyMap<string, AgentSchemas>;
  setAgents(agents: readonly Agent[]): void;
  addVersions(agent: AgentDetail): void;
  /** Put schemas under a key of `graph/scope.ts` (`workflow/<name>@<version>`). */
  addSchemas(key: string, schemas: AgentSchemas): void;
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
      schemas: new Map([...schemas, ...byCapabilities(agents), ...agents.flatMap(latestSchemas)]),
    })),
  addSchemas: (key, known) => set(({ schemas }) => ({ schemas: new Map([...schemas, [key, known]]) })),
  addVersions: ({ name, versions }) =>
    set(({ schemas }) => ({
      schemas: new Map([
        ...schemas,
        ...versions.map((version) => [`${name}@${version.version}`, schemasOf(version)] as const),
      ]),
    })),
}));

/** By capability: what the first agent that has it takes and gives; the others are alike. */
function byCapabilities(agents: readonly Agent[]): [string, AgentSchemas][] {
  return [...agents]
    .reverse()
    .flatMap(({ capabilities, latest }) =>
      latest
        ? capabilities.map((name): [string, AgentSchemas] => [`${capabilityKey(name)}@`, schemasOf(latest)])
        : [],
    );
}

function latestSchemas({ name, latest }: Agent): [string, AgentSchemas][] {
  if (!latest) return [];
  const schemas = schemasOf(latest);
  return [
    [`${name}@`, schemas],
    [`${name}@${latest.version}`, schemas],
  ];
}

/** Every capability an agent of the registry has, in alphabetical order. */
export function useCapabilities(): readonly string[] {
  const agents = useCatalogue((state) => state.agents);
  return useMemo(
    () => [...new Set([...agents.values()].flatMap((agent) => agent.capabilities))].sort(),
    [agents],
  );
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
