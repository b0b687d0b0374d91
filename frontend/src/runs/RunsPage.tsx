import { PageHeader } from "@/ui/PageHeader";

export default function RunsPage() {
  return <PageHeader crumbs={[{ label: "Runs" }]} />;
}
