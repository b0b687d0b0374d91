import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { type ReactFlowInstance, useReactFlow } from "@xyflow/react";
import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { estimate, type Measure } from "@/graph/layout";
import { outPorts } from "@/graph/ports";
import type { Catalogue } from "@/graph/scope";
import { catalogueOf, useCatalogue } from "@/stores/catalogue";
import { useDocument } from "@/stores/document";
import { useView } from "@/stores/view";
import { shownTitle } from "./nodes/shownTitle";

/** What commands work on. Stores are read when a command runs, never held. */
export interface Editor {
  document: () => ReturnType<typeof useDocument.getState>;
  view: () => ReturnType<typeof useView.getState>;
  catalogue: () => Catalogue;
  flow: ReactFlowInstance;
  measure: Measure;
  t: TFunction<"canvas">;
  /** What the step is called on the canvas. */
  titleOf(id: string): string;
  say(message: string, kind?: "info" | "error"): void;
  confirm(question: { title: string; text: string; yes: string }, then: () => void): void;
}

/** The editor around the canvas; one object as long as the page is open. */
export function useEditor(): Editor {
  const flow = useReactFlow();
  const { t } = useTranslation("canvas");
  return useMemo(() => createEditor(flow, t), [flow, t]);
}

function createEditor(flow: ReactFlowInstance, t: TFunction<"canvas">): Editor {
  const document = useDocument.getState;
  return {
    document,
    view: useView.getState,
    catalogue: () => catalogueOf(useCatalogue.getState().schemas),
    flow,
    measure: (id) => measured(flow, id),
    t,
    titleOf: (id) => shownTitle(t, id),
    say: (message, kind = "info") =>
      notifications.show({ message, color: kind === "error" ? "red" : "accent", withBorder: true }),
    confirm: ({ title, text, yes }, then) =>
      modals.openConfirmModal({
        title,
        children: text,
        labels: { confirm: yes, cancel: t("app:action.cancel") },
        confirmProps: { color: "red" },
        onConfirm: then,
      }),
  };
}

function measured(flow: ReactFlowInstance, id: string) {
  const { width, height } = flow.getInternalNode(id)?.measured ?? {};
  if (width && height) return { width, height };
  const { structure, fields } = useDocument.getState().draft;
  const placement = structure.nodes.find((node) => node.id === id);
  return placement
    ? estimate(placement, outPorts(placement.kind, fields[id]).length)
    : { width: 240, height: 64 };
}
