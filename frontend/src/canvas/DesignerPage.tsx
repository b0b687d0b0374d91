import { PageHeader } from "@/ui/PageHeader";

export default function DesignerPage() {
  return <PageHeader crumbs={[{ label: "Workflow" }]} />;
}
