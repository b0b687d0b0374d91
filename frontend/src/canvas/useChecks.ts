import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { check } from "@/graph/check";
import { toGraph } from "@/graph/model";
import { useAgentSchemas } from "@/stores/catalogue";
import { useDocument } from "@/stores/document";
import { useProblems } from "@/stores/problems";
import { useSaving } from "@/stores/saving";
import { validateGraph } from "@/wire/api";
import type { Problem } from "@/wire/generated";

const CHECK_MS = 350;

/** Check the open draft a moment after each change: the server's word, or what the page sees while it is away. */
export function useChecks(): void {
  const { t } = useTranslation("canvas");
  const draft = useDocument((state) => state.draft);
  const workflow = useSaving((state) => state.workflow);
  const catalogue = useAgentSchemas();
  useEffect(() => {
    if (!workflow || draft === useSaving.getState().saved) return;
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      const here = (): Problem[] =>
        check(draft, catalogue).map(({ code, values, ...rest }) => ({
          ...rest,
          code,
          message: t(`problem.${code}`, values),
        }));
      try {
        const { problems } = await validateGraph(workflow, toGraph(draft), controller.signal);
        useProblems.getState().set(problems);
      } catch {
        if (!controller.signal.aborted) useProblems.getState().set(here());
      }
    }, CHECK_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [draft, workflow, catalogue, t]);
}
