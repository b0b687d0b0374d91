import type { WorkflowVersion } from "@/wire/types";

/** What can be run: a published version by its number, or what is drawn. */
export type Runnable = number | "draft";

interface Situation {
  /** The reader's in the project. */
  role: string;
  /** The published versions, the newest first. */
  versions: readonly Pick<WorkflowVersion, "number">[];
  /** Whether the reader has changed the draft and not published it. */
  editing: boolean;
}

const EDITORS: ReadonlySet<string> = new Set(["editor", "owner"]);

/** All that the reader may run, what they most likely want first: a draft is for those who draw it. */
export function runnables({ role, versions, editing }: Situation): Runnable[] {
  if (role === "viewer") return [];
  const published = versions.map(({ number }) => number);
  if (!EDITORS.has(role)) return published;
  const [newest, ...older] = published;
  if (newest === undefined) return ["draft"];
  return editing ? ["draft", newest, ...older] : [newest, "draft", ...older];
}
