import { PageHeader } from "@/ui/PageHeader";

export default function SettingsPage() {
  return <PageHeader crumbs={[{ label: "Settings" }]} />;
}
