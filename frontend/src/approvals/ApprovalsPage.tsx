import { SegmentedControl } from "@mantine/core";
import { IconUserCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { useUrlFilters } from "@/ui/useUrlFilters";
import { useApprovals } from "@/wire/queries";
import type { OpenApproval } from "@/wire/types";
import { ApprovalRow } from "./ApprovalRow";
import classes from "./ApprovalsPage.module.css";

const WHOSE = ["whose"] as const;

/** What runs wait for people to decide: mine, or everybody's. */
export default function ApprovalsPage() {
  const { t } = useTranslation("approvals");
  const { filters, set } = useUrlFilters(WHOSE);
  const whose = filters.whose === "all" ? "all" : "mine";
  const [chosen, setChosen] = useState<string | null>(null);
  const found = useApprovals(whose === "mine" ? { mine: "true" } : {});
  const list = found.data ?? [];
  const only = list.length === 1 ? idOf(list[0]) : null;
  const open = chosen ?? only;
  return (
    <div className={classes.page}>
      <PageHeader crumbs={[{ label: t("title") }]} />
      <div className={classes.bar}>
        <SegmentedControl
          value={whose}
          onChange={(value) => set({ whose: value === "all" ? value : null })}
          data={[
            { value: "mine", label: t("mine") },
            { value: "all", label: t("all") },
          ]}
          aria-label={t("whose")}
        />
      </div>
      {found.isPending && <PageSkeleton />}
      {found.error && !found.data && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && list.length === 0 && (
        <EmptyState
          icon={<IconUserCheck size={24} stroke={1.6} />}
          title={t("empty.title")}
          text={t("empty.text")}
        />
      )}
      {list.length > 0 && (
        <ul className={classes.list} aria-label={t("title")}>
          {list.map((approval) => {
            const id = idOf(approval);
            return (
              <ApprovalRow
                key={id}
                approval={approval}
                open={open === id}
                onToggle={() => setChosen(open === id ? "" : id)}
              />
            );
          })}
        </ul>
      )}
    </div>
  );
}

function idOf(approval: OpenApproval | undefined): string {
  return approval ? `${approval.run} ${approval.step}` : "";
}
