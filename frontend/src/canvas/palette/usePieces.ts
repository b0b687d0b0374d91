import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { localText } from "@/i18n/localText";
import { useCatalogue } from "@/stores/catalogue";
import { FLOW_KINDS, type Look, lookOf } from "../kinds";
import type { Piece } from "../place";

export interface Entry {
  id: string;
  piece: Piece;
  title: string;
  text: string;
  look: Look;
  /** Everything the search looks at, in lower case. */
  words: string;
  /** No node hosts this agent right now. */
  away: boolean;
}

export interface EntryGroup {
  key: string;
  title: string;
  entries: Entry[];
}

/** What can be put on the canvas: the flow's own kinds, then the registry's agents by category. */
export function usePieces(): EntryGroup[] {
  const { t, i18n } = useTranslation("canvas");
  const agents = useCatalogue((state) => state.agents);
  return useMemo(() => {
    const flow = FLOW_KINDS.map((kind): Entry => {
      const title = t(`kind.${kind}.title`);
      const text = t(`kind.${kind}.text`);
      return {
        id: kind,
        piece: { kind },
        title,
        text,
        look: lookOf(kind),
        words: `${kind} ${title} ${text}`.toLowerCase(),
        away: false,
      };
    });
    const groups = new Map<string, Entry[]>();
    for (const agent of agents.values()) {
      const title = localText(agent.title, i18n.language) || agent.name;
      const text = localText(agent.description, i18n.language);
      const entry: Entry = {
        id: `agent:${agent.name}`,
        piece: { kind: "agent", agent: agent.name },
        title,
        text,
        look: lookOf("agent", agent),
        words: `${agent.name} ${title} ${text} ${agent.capabilities.join(" ")}`.toLowerCase(),
        away: agent.live_instances === 0,
      };
      groups.set(agent.category, [...(groups.get(agent.category) ?? []), entry]);
    }
    const byCategory = [...groups].map(([category, entries]) => ({
      key: category,
      title: t(`category.${category}`, {
        defaultValue: category.charAt(0).toUpperCase() + category.slice(1),
      }),
      entries: entries.sort((a, b) => a.title.localeCompare(b.title)),
    }));
    return [
      { key: "flow", title: t("category.flow"), entries: flow },
      ...byCategory.sort((a, b) => a.title.localeCompare(b.title)),
    ];
  }, [agents, t, i18n.language]);
}

/** The entries whose words hold every part of the query, best first. */
export function searchPieces(groups: readonly EntryGroup[], query: string): EntryGroup[] {
  const parts = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (parts.length === 0) return [...groups];
  return groups
    .map((group) => ({
      ...group,
      entries: group.entries
        .filter((entry) => parts.every((part) => entry.words.includes(part)))
        .sort((a, b) => Number(inTitle(b, parts)) - Number(inTitle(a, parts))),
    }))
    .filter((group) => group.entries.length > 0)
    .sort((a, b) => Number(leads(b, parts)) - Number(leads(a, parts)));
}

function leads({ entries: [best] }: EntryGroup, parts: readonly string[]): boolean {
  return best !== undefined && inTitle(best, parts);
}

function inTitle(entry: Entry, parts: readonly string[]): boolean {
  return parts.every((part) => entry.title.toLowerCase().includes(part));
}
