import { Button, Select } from "@mantine/core";
import { IconKey, IconPackage, IconShieldX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { formatBytes } from "@/ui/duration";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { RelativeTime } from "@/ui/RelativeTime";
import { SearchField } from "@/ui/SearchField";
import { useUrlFilters } from "@/ui/useUrlFilters";
import { type Bundle, useBundles } from "@/wire/bundles";
import classes from "./Bundles.module.css";
import { BundleUpload } from "./BundleUpload";
import { SignatureTag, StatusTag } from "./StatusTag";

const FILTERS = ["status", "agent"] as const;
const STATUSES = ["quarantined", "approved", "rejected"] as const;

/** Uploaded agents: what is there, what waits for a decision, and where to drop more. */
export default function BundlesPage() {
  const { t } = useTranslation(["bundles", "registry"]);
  const { filters, set, filtering, clear } = useUrlFilters(FILTERS);
  const bundles = useBundles(filters);
  const rows = bundles.data ?? [];
  return (
    <div className={classes.page}>
      <PageHeader
        crumbs={[{ label: t("registry:agents.title"), to: "/agents" }, { label: t("title") }]}
        actions={
          <>
            <Button
              component={Link}
              to="/agents/bundles/refused"
              variant="default"
              leftSection={<IconShieldX size={15} />}
            >
              {t("refusals.title")}
            </Button>
            <Button
              component={Link}
              to="/agents/bundles/keys"
              variant="default"
              leftSection={<IconKey size={15} />}
            >
              {t("keys.title")}
            </Button>
          </>
        }
      />
      <BundleUpload />
      <div className={classes.filters}>
        <SearchField
          label={t("filter.agent")}
          value={filters.agent}
          onChange={(agent) => set({ agent: agent.trim() })}
        />
        <Select
          aria-label={t("filter.status")}
          placeholder={t("filter.anyStatus")}
          data={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
          value={filters.status || null}
          onChange={(status) => set({ status })}
          clearable
        />
        {filtering && (
          <Button variant="subtle" onClick={clear}>
            {t("filter.clear")}
          </Button>
        )}
      </div>
      {bundles.isPending && <PageSkeleton />}
      {bundles.error && !bundles.data && (
        <ErrorState error={bundles.error} onRetry={() => void bundles.refetch()} />
      )}
      {bundles.data && rows.length === 0 && (
        <EmptyState
          icon={<IconPackage size={24} stroke={1.6} />}
          title={t(filtering ? "noMatch.title" : "empty.title")}
          text={t(filtering ? "noMatch.text" : "empty.text")}
        />
      )}
      {rows.length > 0 && <BundleTable bundles={rows} />}
    </div>
  );
}

const COLUMNS = ["agent", "status", "signature", "network", "size", "uploaded"] as const;

function BundleTable({ bundles }: { bundles: readonly Bundle[] }) {
  const { t } = useTranslation("bundles");
  return (
    <div className={classes.scroller}>
      <table className={classes.table} aria-label={t("title")}>
        <thead>
          <tr>
            {COLUMNS.map((name) => (
              <th key={name} scope="col">
                {t(`column.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {bundles.map((bundle) => (
            <tr key={bundle.digest}>
              <td>
                <Link to={`/agents/bundles/${bundle.digest}`} title={bundle.digest}>
                  {bundle.agent}@{bundle.version}
                </Link>
              </td>
              <td>
                <StatusTag status={bundle.status} />
              </td>
              <td>
                <SignatureTag signature={bundle.signature} />
              </td>
              <td>{t(networkWord(bundle))}</td>
              <td>{t("files", { count: bundle.file_count, size: formatBytes(bundle.size) })}</td>
              <td className={classes.quiet}>
                <RelativeTime at={bundle.uploaded_at} />
                {bundle.uploaded_by && ` · ${bundle.uploaded_by}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function networkWord({ network_asked, network_granted, status }: Bundle) {
  if (!network_asked) return "network.none";
  if (status !== "approved") return "network.asked";
  return network_granted ? "network.granted" : "network.denied";
}
