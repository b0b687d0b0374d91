/** The id of the edge under a point of the screen. */
export function edgeAt({ x, y }: { x: number; y: number }): string | undefined {
  return document
    .elementsFromPoint(x, y)
    .map((element) => element.closest<SVGElement>(".react-flow__edge")?.dataset.id)
    .find((id) => id !== undefined);
}
