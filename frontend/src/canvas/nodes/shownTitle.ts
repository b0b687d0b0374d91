import i18next, { type TFunction } from "i18next";
import { useCatalogue } from "@/stores/catalogue";
import { useDocument } from "@/stores/document";
import { nodeTitle } from "./captions";

/** What a step of the open workflow is called on the canvas right now. */
export function shownTitle(t: TFunction<"canvas">, id: string): string {
  const { structure, fields: all } = useDocument.getState().draft;
  const kind = structure.nodes.find((node) => node.id === id)?.kind;
  const fields = all[id];
  if (!kind || !fields) return id;
  const agent = useCatalogue.getState().agents.get(String(fields.agent ?? ""));
  return nodeTitle(t, kind, fields, agent, i18next.language);
}
