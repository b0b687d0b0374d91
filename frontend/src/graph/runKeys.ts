/** Step keys: a node id, inside maps prefixed by the iterations it stands in (`each[3]/inner[0]/parse`). */

/** The id of the node a step executes. */
export function nodeOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

/** The iteration a step stands in (`each[3]`), or "" at the top. */
export function scopeOf(key: string): string {
  const slash = key.lastIndexOf("/");
  return slash < 0 ? "" : key.slice(0, slash);
}

export function iterationKey(mapStep: string, index: number): string {
  return `${mapStep}[${index}]`;
}

export function childKey(scope: string, node: string): string {
  return scope ? `${scope}/${node}` : node;
}

/** The map step and index an iteration (`each[3]`) belongs to, or null when the text is none. */
export function parseIteration(scope: string): { map: string; index: number } | null {
  const match = /^(.+)\[(\d+)\]$/.exec(scope);
  return match?.[1] === undefined ? null : { map: match[1], index: Number(match[2]) };
}

/** Every row that must be open for a step to be seen, outermost first. */
export function ancestorsOf(key: string): string[] {
  const found: string[] = [];
  for (let scope = scopeOf(key); scope; ) {
    const iteration = parseIteration(scope);
    if (!iteration) break;
    found.unshift(iteration.map, scope);
    scope = scopeOf(iteration.map);
  }
  return found;
}
