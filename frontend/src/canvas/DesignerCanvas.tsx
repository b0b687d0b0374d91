import "@xyflow/react/dist/base.css";
import "./flow.css";
import {
  applyNodeChanges,
  Background,
  BackgroundVariant,
  type Connection,
  type EdgeChange,
  MiniMap,
  type NodeChange,
  type OnConnectEnd,
  ReactFlow,
  useConnection,
} from "@xyflow/react";
import {
  type DragEvent,
  type MouseEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import { refusal } from "@/graph/connect";
import { remove } from "@/graph/edit";
import { edgeId } from "@/graph/model";
import type { RunOverlay } from "@/graph/runTypes";
import { useDocument } from "@/stores/document";
import { hover } from "@/stores/hover";
import { useProblems } from "@/stores/problems";
import { useView } from "@/stores/view";
import { CanvasTools } from "./CanvasTools";
import { ConnectionLine } from "./ConnectionLine";
import { commitMoves } from "./commitMoves";
import { edgeAt } from "./edgeAt";
import { edgeTypes } from "./edgeTypes";
import type { Editor } from "./editor";
import { flowEdges, flowNodes, type StepFlowNode } from "./flowElements";
import { FIT } from "./keepInView";
import { CanvasModelContext, createCanvasModel, relationsOf } from "./model";
import { nodeTypes } from "./nodes/nodeTypes";
import { openSubWorkflow } from "./nodes/SubWorkflowLink";
import { connect, DRAG_TYPE, GRID, type Piece, place } from "./place";
import { refusalText } from "./refusalText";
import { useDetail } from "./useDetail";
import { useNodeLabels } from "./useNodeLabels";

interface Props {
  editor: Editor;
  overlay: RunOverlay | null;
  onMenu(at: { x: number; y: number }): void;
}

/** The canvas of the designer: drag, connect, select, drop. */
export function DesignerCanvas({ editor, overlay, onMenu }: Props) {
  const { t } = useTranslation("canvas");
  const minimap = useView((state) => state.minimap);
  const snap = useView((state) => state.snap);
  const model = useCanvasModel(overlay);
  const { nodes, onNodesChange } = useFlowNodes(editor);
  const { edges, onEdgesChange } = useFlowEdges(editor);
  const connecting = useConnection((state) => state.inProgress);
  const detail = useDetail();
  const linking = useLinking(editor);
  const dropping = useDropping(editor);
  return (
    <CanvasModelContext value={model}>
      <ReactFlow
        className={connecting ? `connecting ${detail}` : detail}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        {...linking}
        {...dropping}
        connectionLineComponent={ConnectionLine}
        connectionRadius={28}
        edgesReconnectable
        onNodeMouseEnter={(_, node) => hover(node.id)}
        onNodeMouseLeave={() => hover(null)}
        onNodeContextMenu={(event, node) => {
          if (!editor.view().nodes.has(node.id)) editor.view().select([node.id]);
          openMenu(event, onMenu);
        }}
        onSelectionContextMenu={(event) => openMenu(event, onMenu)}
        onEdgeContextMenu={(event, edge) => {
          editor.view().select([], [edge.id]);
          openMenu(event, onMenu);
        }}
        onPaneContextMenu={(event) => openMenu(event, onMenu)}
        onNodeDoubleClick={openSubWorkflow}
        onPaneClick={() => editor.view().select([])}
        deleteKeyCode={null}
        disableKeyboardA11y={false}
        multiSelectionKeyCode={["Shift", "Meta", "Control"]}
        selectionKeyCode="Shift"
        panOnScroll
        zoomOnDoubleClick={false}
        snapToGrid={snap}
        snapGrid={[GRID, GRID]}
        onlyRenderVisibleElements={nodes.length > 150}
        elevateNodesOnSelect={false}
        minZoom={0.05}
        maxZoom={2}
        fitView
        fitViewOptions={FIT}
        selectNodesOnDrag={false}
        aria-label={t("canvasLabel")}
      >
        <Background variant={BackgroundVariant.Dots} gap={24} size={1.5} color="var(--ac-canvas-dot)" />
        <CanvasTools editor={editor} />
        {minimap && nodes.length > 0 && (
          <MiniMap
            pannable
            zoomable
            style={{ width: 168, height: 108 }}
            nodeBorderRadius={6}
            ariaLabel={t("minimap")}
          />
        )}
      </ReactFlow>
    </CanvasModelContext>
  );
}

function openMenu(event: MouseEvent | globalThis.MouseEvent, onMenu: Props["onMenu"]) {
  event.preventDefault();
  onMenu({ x: event.clientX, y: event.clientY });
}

function useCanvasModel(overlay: RunOverlay | null) {
  const fields = useDocument((state) => state.draft.fields);
  const structure = useDocument((state) => state.draft.structure);
  const problems = useProblems((state) => state.byNode);
  const relations = useMemo(() => relationsOf(structure), [structure]);
  const [model] = useState(() =>
    createCanvasModel({ fields, ...relations, overlay, problems, editable: true }),
  );
  useEffect(
    () => model.setState({ fields, ...relations, overlay, problems }),
    [model, fields, relations, overlay, problems],
  );
  return model;
}

/** React Flow's copy of the nodes: it moves at once while dragging, and the document hears of it at the end. */
function useFlowNodes(editor: Editor) {
  const structure = useDocument((state) => state.draft.structure);
  const selected = useView((state) => state.nodes);
  const labelOf = useNodeLabels();
  const [nodes, setNodes] = useState<StepFlowNode[]>(() => flowNodes([], structure, selected, labelOf));
  useLayoutEffect(
    () => setNodes((before) => flowNodes(before, structure, selected, labelOf)),
    [structure, selected, labelOf],
  );
  const onNodesChange = useCallback(
    (changes: NodeChange<StepFlowNode>[]) => {
      const shown = changes.filter((change) => change.type === "dimensions" || change.type === "position");
      if (shown.length > 0) setNodes((before) => applyNodeChanges(shown, before));
      const picked = changes.filter((change) => change.type === "select");
      if (picked.length > 0) {
        const next = new Set(editor.view().nodes);
        for (const change of picked) {
          if (change.selected) next.add(change.id);
          else next.delete(change.id);
        }
        editor.view().select(next, editor.view().edges);
      }
      commitMoves(editor, changes);
    },
    [editor],
  );
  return { nodes, onNodesChange };
}

function useFlowEdges(editor: Editor) {
  const { t } = useTranslation("canvas");
  const structure = useDocument((state) => state.draft.structure);
  const selected = useView((state) => state.edges);
  const actions = useMemo(
    () => ({
      cut: (edge: string) => editor.document().change((draft) => remove(draft, [], [edge])),
      insert: (edge: string, at: { x: number; y: number }) =>
        editor.view().show({ ask: { screen: editor.flow.flowToScreenPosition(at), at, into: edge } }),
    }),
    [editor],
  );
  const edges = useMemo(
    () =>
      flowEdges(structure, selected, actions, (source, port, target) =>
        t("edge.label", { source, port, target }),
      ),
    [structure, selected, actions, t],
  );
  const onEdgesChange = useCallback(
    (changes: EdgeChange[]) => {
      const next = new Set(editor.view().edges);
      for (const change of changes) {
        if (change.type !== "select") continue;
        if (change.selected) next.add(change.id);
        else next.delete(change.id);
      }
      editor.view().select(editor.view().nodes, next);
    },
    [editor],
  );
  return { edges, onEdgesChange };
}

function wishOf({
  source,
  target,
  sourceHandle,
}: Connection | { source: string; target: string; sourceHandle?: string | null }) {
  return { source, target, port: sourceHandle ?? "out" };
}

/** Drawing, refusing and moving edges. */
function useLinking(editor: Editor) {
  return useMemo(() => {
    const refused = (connection: Parameters<typeof wishOf>[0]) =>
      refusal(draftNow(editor), wishOf(connection), editor.catalogue());
    const onConnectEnd: OnConnectEnd = (event, { isValid, fromNode, fromHandle, toNode, toHandle }) => {
      if (isValid || !fromNode || fromHandle?.type !== "source" || editor.view().moving) return;
      const port = fromHandle.id ?? "out";
      if (toNode && toHandle) {
        const reason = refused({ source: fromNode.id, target: toNode.id, sourceHandle: port });
        if (reason) editor.say(refusalText(editor.t, reason, editor.titleOf), "error");
        return;
      }
      const point = "changedTouches" in event ? event.changedTouches[0] : event;
      if (!point) return;
      const screen = { x: point.clientX, y: point.clientY };
      const at = editor.flow.screenToFlowPosition(screen);
      editor.view().show({ ask: { screen, at, after: { source: fromNode.id, port } } });
    };
    return {
      onConnect: (connection: Connection) => void connect(editor, wishOf(connection)),
      onConnectEnd,
      onReconnectStart: (_: unknown, edge: { id: string }) => editor.view().show({ moving: edge.id }),
      onReconnectEnd: () => editor.view().show({ moving: null }),
      onReconnect: (old: { id: string }, connection: Connection) => {
        const wish = wishOf(connection);
        if (edgeId(wish) !== old.id) connect(editor, wish, old.id);
      },
      isValidConnection: (connection: Parameters<typeof wishOf>[0]) => refused(connection) === undefined,
    };
  }, [editor]);
}

/** The draft without the edge one of whose ends is in the hand. */
function draftNow(editor: Editor) {
  const { moving } = editor.view();
  return remove(editor.document().draft, [], moving ? [moving] : []);
}

/** Steps dragged in from the palette; dropped on an edge, they go into it. */
function useDropping(editor: Editor) {
  return useMemo(
    () => ({
      onDragOver: (event: DragEvent) => {
        if (!event.dataTransfer.types.includes(DRAG_TYPE)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
      },
      onDrop: (event: DragEvent) => {
        const text = event.dataTransfer.getData(DRAG_TYPE);
        if (!text) return;
        event.preventDefault();
        const screen = { x: event.clientX, y: event.clientY };
        const at = editor.flow.screenToFlowPosition(screen);
        const into = edgeAt(screen);
        place(editor, JSON.parse(text) as Piece, { at, ...(into && { into }) });
      },
    }),
    [editor],
  );
}
