import { PageHeader } from "@/ui/PageHeader";

export default function NodesPage() {
  return <PageHeader crumbs={[{ label: "Nodes" }]} />;
}
