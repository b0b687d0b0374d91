import { type ComponentType, lazy, Suspense } from "react";
import { createBrowserRouter } from "react-router";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { NotFound } from "./NotFound";
import { RouteError } from "./RouteError";
import { Shell } from "./Shell";

type PageModule = { default: ComponentType };

function page(load: () => Promise<PageModule>) {
  const Page = lazy(load);
  return (
    <Suspense fallback={<PageSkeleton />}>
      <Page />
    </Suspense>
  );
}

const pages = [
  { path: "/", element: page(() => import("@/home/HomePage")) },
  { path: "/workflows", element: page(() => import("@/workflows/WorkflowsPage")) },
  { path: "/workflows/:id", element: page(() => import("@/canvas/DesignerPage")) },
  { path: "/workflows/:id/triggers", element: page(() => import("@/triggers/TriggersPage")) },
  { path: "/runs", element: page(() => import("@/runs/RunsPage")) },
  { path: "/runs/:id", element: page(() => import("@/trace/RunPage")) },
  { path: "/approvals", element: page(() => import("@/approvals/ApprovalsPage")) },
  { path: "/agents", element: page(() => import("@/agents/AgentsPage")) },
  { path: "/agents/bundles", element: page(() => import("@/bundles/BundlesPage")) },
  { path: "/agents/bundles/keys", element: page(() => import("@/bundles/KeysPage")) },
  { path: "/agents/bundles/refused", element: page(() => import("@/bundles/RefusedPage")) },
  { path: "/agents/bundles/:digest", element: page(() => import("@/bundles/BundlePage")) },
  { path: "/agents/:name", element: page(() => import("@/agents/AgentPage")) },
  { path: "/nodes", element: page(() => import("@/nodes/NodesPage")) },
  { path: "/nodes/:id", element: page(() => import("@/nodes/NodePage")) },
  { path: "/policies", element: page(() => import("@/policies/PoliciesPage")) },
  { path: "/dead-letters", element: page(() => import("@/deadLetters/DeadLettersPage")) },
  { path: "/contracts", element: page(() => import("@/contracts/ContractsPage")) },
  { path: "/contracts/:name", element: page(() => import("@/contracts/ContractPage")) },
  { path: "/settings", element: page(() => import("./SettingsPage")) },
  { path: "*", element: <NotFound /> },
];

export const router = createBrowserRouter([
  {
    element: <Shell />,
    errorElement: <RouteError />,
    children: pages.map((route) => ({ ...route, errorElement: <RouteError /> })),
  },
]);
