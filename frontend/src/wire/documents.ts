/** Workflow documents: YAML read by the server, which knows the format; the address of an export. */
import i18next from "i18next";
import type { Graph } from "@/graph/model";
import { address, csrfHeader, problemOf } from "./client";
import { serverAway } from "./problem";

/** The graph in a YAML or JSON document. Nothing is saved. Throws `ApiProblem`, whose `errors` name line and column. */
export async function readDocument(text: string, project: string): Promise<Graph> {
  const path = address("/workflows/import", { dry_run: "true", project });
  const headers = { Accept: "application/json", "Content-Type": "application/yaml", ...csrfHeader() };
  const response = await fetch(path, {
    method: "POST",
    credentials: "same-origin",
    headers,
    body: text,
  }).catch(() => {
    throw serverAway(i18next.t("serverAway", { ns: "app" }));
  });
  if (!response.ok) throw await problemOf(response);
  return ((await response.json()) as { graph: Graph }).graph;
}

/** Where the saved draft of a workflow is downloaded as YAML. */
export function exportAddress(workflow: string): string {
  return address(`/workflows/${workflow}/export`, { format: "yaml" });
}
