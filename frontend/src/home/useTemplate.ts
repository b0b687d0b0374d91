import { useMutation, useQueryClient } from "@tanstack/react-query";
import { serverWords } from "@/i18n/serverWords";
import { listWorkflows, startRun } from "@/wire/api";
import { createWorkflow } from "@/wire/createWorkflow";
import { keyed } from "@/wire/keyed";
import { keys } from "@/wire/queries";
import type { Template, Workflow } from "@/wire/types";

/** The workflow made from a template earlier, else a new one. */
async function workflowOf(template: Template): Promise<Pick<Workflow, "id" | "published_version">> {
  const { results } = await listWorkflows({ search: template.name, limit: 50 });
  const known = results.find((workflow) => workflow.name === template.name);
  return (
    known ??
    createWorkflow({
      title: serverWords("template", template.title),
      name: template.name,
      template: template.name,
    })
  );
}

/** Opens the template's workflow; with `run` starts it with the sample and gives the run's id. */
export function useTemplate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ template, run }: { template: Template; run: boolean }) => {
      const workflow = await workflowOf(template);
      if (!run) return { workflow: workflow.id, run: null };
      const version = workflow.published_version ?? ("draft" as const);
      const body = { input: template.sample_input, version };
      const { data } = await keyed({ workflow: workflow.id, body }, (key) =>
        startRun(workflow.id, body, key),
      );
      return { workflow: workflow.id, run: data.id };
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.workflows });
      void client.invalidateQueries({ queryKey: keys.runs });
    },
  });
}
