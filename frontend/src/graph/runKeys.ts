/**
 * Step keys: a node id; inside maps and loops prefixed by the iteration (`each[3]/parse`), inside another workflow or a
 * plan by its step (`billing/charge`).
 */

/** The id of the node a step executes, within its own graph. */
export function nodeOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

/** What a step stands in: an iteration (`each[3]`), the step of another workflow (`billing`), or "" at the top. */
export function scopeOf(key: string): string {
  const slash = key.lastIndexOf("/");
  return slash < 0 ? "" : key.slice(0, slash);
}

export function iterationKey(container: string, index: number): string {
  return `${container}[${index}]`;
}

export function childKey(scope: string, node: string): string {
  return scope ? `${scope}/${node}` : node;
}

/** The map's or loop's step and index an iteration (`each[3]`) belongs to, or null when the text is none. */
export function parseIteration(scope: string): { container: string; index: number } | null {
  if (!scope.endsWith("]")) return null;
  const match = /^(.+)\[(\d+)\]$/.exec(scope);
  return match?.[1] === undefined ? null : { container: match[1], index: Number(match[2]) };
}

/** The step of the workflow or plan whose graph holds the steps of this scope; "" for the run's own graph. */
export function ownerOf(scope: string): string {
  let owner = scope;
  for (let found = parseIteration(owner); found; found = parseIteration(owner)) {
    owner = scopeOf(found.container);
  }
  return owner;
}

/** A node among all graphs of a run, whatever the iteration: `each[3]/billing/charge` executes `billing/charge`. */
export function placeOf(key: string): string {
  if (!key.includes("/")) return key;
  const parts = key.split("/");
  return parts.filter((part, index) => index === parts.length - 1 || !part.endsWith("]")).join("/");
}

/** Every row that must be open for a step to be seen, outermost first. */
export function ancestorsOf(key: string): string[] {
  const found: string[] = [];
  for (let scope = scopeOf(key); scope; ) {
    const iteration = parseIteration(scope);
    found.unshift(...(iteration ? [iteration.container, scope] : [scope]));
    scope = scopeOf(iteration?.container ?? scope);
  }
  return found;
}

/** The node of the run's own graph that a step or an iteration belongs to: what the canvas lights up for it. */
export function topNodeOf(key: string): string {
  const place = placeOf(parseIteration(key)?.container ?? key);
  const slash = place.indexOf("/");
  return slash < 0 ? place : place.slice(0, slash);
}
