import "@xyflow/react/dist/base.css";
import "./flow.css";
import { Background, BackgroundVariant, ReactFlow, ReactFlowProvider } from "@xyflow/react";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Graph } from "@/graph/model";
import { placedDraft } from "@/graph/placed";
import type { RunOverlay } from "@/graph/runTypes";
import { useCatalogue } from "@/stores/catalogue";
import { hover } from "@/stores/hover";
import { edgeTypes } from "./edgeTypes";
import { flowEdges, flowNodes } from "./flowElements";
import { FIT } from "./keepInView";
import { CanvasModelContext, createCanvasModel, relationsOf } from "./model";
import { nodeTitle } from "./nodes/captions";
import { nodeTypes } from "./nodes/nodeTypes";
import { openSubWorkflow } from "./nodes/SubWorkflowLink";
import { useAgentsLoaded } from "./useAgentsLoaded";
import { useDetail } from "./useDetail";
import { ViewControls } from "./ViewControls";

interface Props {
  graph: Graph;
  /** How each node stands in a run; none: the plain graph. */
  overlay?: RunOverlay | null;
  selected?: string | null;
  onSelect?(node: string | null): void;
  /** A double click; without it, that on a sub-workflow opens it. */
  onEnter?(node: string): void;
}

const NO_DATA = {};

/** A workflow to look at: the designer's canvas without its tools. Fills its parent. */
export function GraphView(props: Props) {
  return (
    <ReactFlowProvider>
      <ReadOnlyCanvas {...props} />
    </ReactFlowProvider>
  );
}

function ReadOnlyCanvas({ graph, overlay = null, selected = null, onSelect, onEnter }: Props) {
  useAgentsLoaded();
  const { t, i18n } = useTranslation("canvas");
  const agents = useCatalogue((state) => state.agents);
  const detail = useDetail();
  const draft = useMemo(() => placedDraft(graph), [graph]);
  const relations = useMemo(() => relationsOf(draft.structure), [draft]);
  const [model] = useState(() => createCanvasModel({ fields: draft.fields, ...relations, overlay }));
  useEffect(
    () => model.setState({ fields: draft.fields, ...relations, overlay }),
    [model, draft, relations, overlay],
  );
  const nodes = useMemo(() => {
    const labelOf = (id: string) => {
      const fields = draft.fields[id] ?? {};
      const kind = draft.structure.nodes.find((node) => node.id === id)?.kind ?? "note";
      const title = nodeTitle(t, kind, fields, agents.get(String(fields.agent ?? "")), i18n.language);
      return t("nodeLabel", { title, kind: t(`kind.${kind}.title`), count: 0 });
    };
    return flowNodes([], draft.structure, new Set(selected ? [selected] : []), labelOf);
  }, [draft, selected, agents, t, i18n.language]);
  const edges = useMemo(
    () =>
      flowEdges(draft.structure, new Set(), NO_DATA, (source, port, target) =>
        t("edge.label", { source, port, target }),
      ),
    [draft, t],
  );
  return (
    <CanvasModelContext value={model}>
      <ReactFlow
        className={detail}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodeMouseEnter={(_, node) => hover(node.id)}
        onNodeMouseLeave={() => hover(null)}
        onNodeClick={(_, node) => onSelect?.(node.id)}
        onNodeDoubleClick={(event, node) => (onEnter ? onEnter(node.id) : openSubWorkflow(event))}
        zoomOnDoubleClick={false}
        onPaneClick={() => onSelect?.(null)}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        deleteKeyCode={null}
        onlyRenderVisibleElements={nodes.length > 150}
        fitView
        fitViewOptions={FIT}
        minZoom={0.05}
        aria-label={t("canvasLabel")}
      >
        <Background variant={BackgroundVariant.Dots} gap={24} size={1.5} color="var(--ac-canvas-dot)" />
        <ViewControls />
      </ReactFlow>
    </CanvasModelContext>
  );
}
