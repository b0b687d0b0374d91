import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useCatalogue } from "@/stores/catalogue";
import { useDocument } from "@/stores/document";
import { useProblems } from "@/stores/problems";
import { nodeTitle } from "./nodes/captions";

/** What a screen reader says of a step: its title, its kind, and how much is wrong with it. */
export function useNodeLabels(): (id: string) => string {
  const { t, i18n } = useTranslation("canvas");
  const structure = useDocument((state) => state.draft.structure);
  const agents = useCatalogue((state) => state.agents);
  const problems = useProblems((state) => state.byNode);
  return useCallback(
    (id) => {
      const fields = useDocument.getState().draft.fields[id] ?? {};
      const kind = structure.nodes.find((node) => node.id === id)?.kind ?? "note";
      const title = nodeTitle(t, kind, fields, agents.get(String(fields.agent ?? "")), i18n.language);
      const count = problems.get(id)?.length ?? 0;
      return t(count > 0 ? "nodeLabelProblems" : "nodeLabel", {
        title,
        kind: t(`kind.${kind}.title`),
        count,
      });
    },
    [structure, agents, problems, t, i18n.language],
  );
}
