import { PageHeader } from "@/ui/PageHeader";

export default function RunPage() {
  return <PageHeader crumbs={[{ label: "Run" }]} />;
}
