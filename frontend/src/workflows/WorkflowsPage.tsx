import { PageHeader } from "@/ui/PageHeader";

export default function WorkflowsPage() {
  return <PageHeader crumbs={[{ label: "Workflows" }]} />;
}
