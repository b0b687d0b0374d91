import type { ApiProblem } from "@/wire/problem";

/** A version of another workflow that has this one inside; `version` null: a draft that was run. */
interface Use {
  workflow: string;
  title: string;
  version: number | null;
  openRuns: number;
}

/** What a workflow runs inside; `forcible`: no run needs it now. */
export interface Uses {
  usedBy: readonly Use[];
  forcible: boolean;
}

interface Told {
  workflow_id: string;
  title: string;
  version: number | null;
  open_runs: number;
}

/** What a refusal `workflow_in_use` tells. */
export function usesOf({ extra }: ApiProblem): Uses {
  const told = Array.isArray(extra.used_by) ? (extra.used_by as Told[]) : [];
  return {
    usedBy: told.map((use) => ({
      workflow: use.workflow_id,
      title: use.title,
      version: use.version,
      openRuns: use.open_runs,
    })),
    forcible: extra.forcible === true,
  };
}
