import { IconArrowBackUpDouble } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { BUILT_IN } from "@/graph/traits";
import { localText } from "@/i18n/localText";
import { useCatalogue } from "@/stores/catalogue";
import type { Agent } from "@/wire/types";
import { type Look, lookOf } from "../kinds";
import type { Piece } from "../place";
import { KIND_GROUPS, type KindGroup, NOTES, UNDO } from "./groups";

export interface Entry {
  id: string;
  piece: Piece;
  title: string;
  text: string;
  look: Look;
  /** Everything the search looks at, in lower case. */
  words: string;
  /** It is no step of its own but a command on the selected one. */
  action: boolean;
  /** No node hosts this agent right now. */
  away: boolean;
}

export interface EntryGroup {
  key: string;
  title: string;
  tiles: boolean;
  entries: Entry[];
}

/** What can be put on the canvas: the flow's own kinds, then the registry's agents by category. */
export function usePieces(): EntryGroup[] {
  const { t, i18n } = useTranslation(["canvas", "steps"]);
  const agents = useCatalogue((state) => state.agents);
  return useMemo(() => {
    const titleOf = (key: string) =>
      t(`category.${key}`, { defaultValue: key.charAt(0).toUpperCase() + key.slice(1) });
    const kindsIn = ({ key, tiles, pieces }: KindGroup): EntryGroup => ({
      key,
      tiles,
      title: titleOf(key),
      entries: pieces.map((piece) => kindEntry(t, piece)),
    });
    const categories = agentsByCategory(agents.values(), i18n.language);
    const kinds = KIND_GROUPS.map(kindsIn).map((group) => ({
      ...group,
      entries: [...group.entries, ...(categories.get(group.key) ?? [])],
    }));
    const named = new Set(KIND_GROUPS.map((group) => group.key));
    const others = [...categories]
      .filter(([key]) => !named.has(key))
      .map(([key, entries]) => ({ key, tiles: false, title: titleOf(key), entries }))
      .sort((a, b) => a.title.localeCompare(b.title));
    return [...kinds, ...others, kindsIn(NOTES)];
  }, [agents, t, i18n.language]);
}

const UNDO_LOOK: Look = { icon: IconArrowBackUpDouble, tint: "people" };

function kindEntry(t: TFunction<["canvas", "steps"]>, { id, ...piece }: KindGroup["pieces"][number]): Entry {
  const own = id !== piece.kind;
  const title = own ? t(`steps:piece.${id}.title`) : t(`kind.${piece.kind}.title`);
  const text = own ? t(`steps:piece.${id}.text`) : t(`kind.${piece.kind}.text`);
  const synonyms = t(`steps:synonyms.${id}`);
  return {
    id,
    piece,
    title,
    text,
    look: id === UNDO ? UNDO_LOOK : lookOf(piece.kind),
    words: `${piece.kind} ${title} ${text} ${synonyms} ${BUILT_IN[piece.kind] ?? ""}`.toLowerCase(),
    action: id === UNDO,
    away: false,
  };
}

/** Agents that a kind of its own calls are not listed a second time. */
const HIDDEN: ReadonlySet<string> = new Set(Object.values(BUILT_IN));

function agentsByCategory(agents: Iterable<Agent>, language: string): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const agent of agents) {
    if (HIDDEN.has(agent.name)) continue;
    const title = localText(agent.title, language) || agent.name;
    const text = localText(agent.description, language);
    const entry: Entry = {
      id: `agent:${agent.name}`,
      piece: { kind: "agent", agent: agent.name },
      title,
      text,
      look: lookOf("agent", agent),
      words: `${agent.name} ${title} ${text} ${agent.capabilities.join(" ")}`.toLowerCase(),
      action: false,
      away: agent.live_instances === 0,
    };
    groups.set(agent.category, [...(groups.get(agent.category) ?? []), entry]);
  }
  for (const entries of groups.values()) entries.sort((a, b) => a.title.localeCompare(b.title));
  return groups;
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
