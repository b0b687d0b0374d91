import { Button } from "@mantine/core";
import { IconSitemap } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { useSaving } from "@/stores/saving";
import { useView } from "@/stores/view";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { getWorkflow } from "@/wire/api";
import { isProblem } from "@/wire/problem";
import { Designer } from "./Designer";
import { DesignerSkeleton } from "./DesignerSkeleton";
import { openWorkflow } from "./saving";

/** `/workflows/:id`: loads a workflow once and hands it to the designer, which owns it from then on. */
export default function DesignerPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation(["canvas", "app"]);
  const [opened, setOpened] = useState<string | null>(null);
  const workflow = useQuery({
    queryKey: ["designer", id],
    queryFn: ({ signal }) => getWorkflow(id, signal),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const { data } = workflow;
  useEffect(() => {
    if (!data || opened === data.id) return;
    useView.getState().reset();
    openWorkflow(data);
    setOpened(data.id);
  }, [data, opened]);
  useEffect(() => () => useSaving.getState().set({ workflow: null, project: "" }), []);

  if (workflow.error) {
    return (
      <>
        <PageHeader
          crumbs={[{ label: t("app:nav.workflows"), to: "/workflows" }, { label: t("loadFailed") }]}
        />
        {isProblem(workflow.error) && workflow.error.status === 404 ? (
          <EmptyState
            icon={<IconSitemap size={24} stroke={1.6} />}
            title={t("noWorkflow.title")}
            text={t("noWorkflow.text")}
            action={
              <Button component={Link} to="/workflows">
                {t("noWorkflow.all")}
              </Button>
            }
          />
        ) : (
          <ErrorState
            error={workflow.error}
            title={t("loadFailed")}
            onRetry={() => void workflow.refetch()}
          />
        )}
      </>
    );
  }
  if (!data || opened !== id) return <DesignerSkeleton />;
  return (
    <ReactFlowProvider key={id}>
      <Designer workflow={data} onRenamed={() => void workflow.refetch()} />
    </ReactFlowProvider>
  );
}
