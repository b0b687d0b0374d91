import { PageHeader } from "@/ui/PageHeader";

export default function AgentPage() {
  return <PageHeader crumbs={[{ label: "Agent" }]} />;
}
