/** The history of a workflow over REST, as TanStack Query hooks. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { request } from "./client";
import { keys } from "./queries";
import type { DraftState, Graph, Page, VersionRow, WorkflowDiff } from "./types";

const at = (workflow: string) => `/workflows/${encodeURIComponent(workflow)}`;

/** A published version by its number, or the draft. */
export type Side = number | "draft";

/** The published versions, newest first, page by page. */
export const useHistory = (workflow: string) =>
  useInfiniteQuery({
    queryKey: [...keys.versions(workflow), "history"],
    queryFn: ({ pageParam, signal }) =>
      request<Page<VersionRow>>(pageParam || `${at(workflow)}/versions`, { signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

/** What differs between two states; `revision` is that of the draft as the server has it. */
export const useWorkflowDiff = (workflow: string, from: Side, to: Side, revision: number) =>
  useQuery({
    queryKey: [...keys.workflow(workflow), "diff", from, to, revision],
    queryFn: ({ signal }) => request<WorkflowDiff>(`${at(workflow)}/diff`, { query: { from, to }, signal }),
    enabled: from !== to,
  });

/** Make the draft of that revision a version again. Refused with `draft_conflict` (412) when a newer one was saved. */
export const restoreVersion = (workflow: string, number: number, revision: number, reason: string) =>
  request<DraftState & { graph: Graph }>(`${at(workflow)}/versions/${number}/restore`, {
    method: "POST",
    body: { reason },
    headers: { "If-Match": `"${revision}"` },
  });
