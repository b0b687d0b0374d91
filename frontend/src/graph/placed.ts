/** A workflow as it is drawn: one that was made elsewhere (API, a file) and says not where its steps stand is laid out. */
import { move, resize } from "./edit";
import { arrange, estimate, type Measure } from "./layout";
import { type Draft, type Graph, isDecoration, type Placement, toDraft } from "./model";
import { allPorts } from "./ports";

/** The graph as a draft in which no two steps of a level stand on one spot. What has places keeps them. */
export function placedDraft(graph: Graph): Draft {
  const draft = toDraft(graph);
  const stacked = stackedLevels(draft.structure.nodes);
  return stacked.size === 0 ? draft : laidOut(draft, stacked);
}

/** The containers ("": the canvas itself) in which two steps or more stand on the same spot. */
function stackedLevels(nodes: readonly Placement[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const stacked = new Set<string>();
  for (const { kind, parent, position } of nodes) {
    if (isDecoration(kind)) continue;
    const spot = `${parent ?? ""} ${position.x} ${position.y}`;
    if (seen.has(spot)) stacked.add(parent ?? "");
    seen.add(spot);
  }
  return stacked;
}

function laidOut(draft: Draft, stacked: ReadonlySet<string>): Draft {
  const byId = new Map(draft.structure.nodes.map((node) => [node.id, node]));
  const measure: Measure = (id) => {
    const node = byId.get(id);
    return node ? estimate(node, allPorts(node.kind, draft.fields[id]).length) : { width: 0, height: 0 };
  };
  const { moves, sizes } = arrange(draft.structure, measure);
  const moved = move(
    draft,
    moves.filter(({ id }) => stacked.has(byId.get(id)?.parent ?? "")),
  );
  return [...sizes]
    .filter(([id]) => stacked.has(id))
    .reduce((current, [id, { width, height }]) => {
      const position = current.structure.nodes.find((node) => node.id === id)?.position ?? { x: 0, y: 0 };
      return resize(current, id, { x: width, y: height }, position);
    }, moved);
}
