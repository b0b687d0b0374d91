import { Button } from "@mantine/core";
import { IconChevronRight, IconShieldCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { serverWords } from "@/i18n/serverWords";
import { CopyButton } from "@/ui/CopyButton";
import { formatBytes } from "@/ui/duration";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { RelativeTime } from "@/ui/RelativeTime";
import { SearchField } from "@/ui/SearchField";
import { useUrlFilters } from "@/ui/useUrlFilters";
import { type RefusedUpload, useRefusedUploads } from "@/wire/bundles";
import { useMayOperate } from "@/wire/mayOperate";
import classes from "./Bundles.module.css";
import { CheckList } from "./CheckList";
import own from "./RefusedPage.module.css";

const FILTERS = ["by"] as const;

/** Uploads that were refused: who sent what, and what was found in it. */
export default function RefusedPage() {
  const { t } = useTranslation(["bundles", "registry"]);
  const { filters, set, filtering, clear } = useUrlFilters(FILTERS);
  const { may } = useMayOperate("bundles.decide_bundle");
  const found = useRefusedUploads(filters);
  const list = found.data?.pages.flatMap((page) => page.results) ?? [];
  return (
    <div className={classes.page}>
      <PageHeader
        crumbs={[
          { label: t("registry:agents.title"), to: "/agents" },
          { label: t("title"), to: "/agents/bundles" },
          { label: t("refusals.title") },
        ]}
      />
      <p className={classes.intro}>
        {t("refusals.text")} {!may && t("refusals.own")}
      </p>
      {may && (
        <div className={classes.filters}>
          <SearchField
            label={t("refusals.filter")}
            value={filters.by}
            onChange={(by) => set({ by: by.trim() })}
          />
          {filtering && (
            <Button variant="subtle" onClick={clear}>
              {t("filter.clear")}
            </Button>
          )}
        </div>
      )}
      {found.isPending && <PageSkeleton />}
      {found.error && !found.data && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && list.length === 0 && (
        <EmptyState
          icon={<IconShieldCheck size={24} stroke={1.6} />}
          title={t("refusals.empty.title")}
          text={t(filtering ? "noMatch.text" : "refusals.empty.text")}
        />
      )}
      {list.length > 0 && (
        <ul className={own.list} aria-label={t("refusals.title")}>
          {list.map((refused) => (
            <Refused key={refused.id} refused={refused} />
          ))}
        </ul>
      )}
      {found.hasNextPage && (
        <Button
          variant="default"
          mt="md"
          loading={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          {t("refusals.more")}
        </Button>
      )}
    </div>
  );
}

function Refused({ refused }: { refused: RefusedUpload }) {
  const { t } = useTranslation("bundles");
  const { code, message, by, at, size, zip_digest, dry_run, checks } = refused;
  const name = refused.bundle || refused.name || t("refusals.unnamed");
  const failed = [...new Set(checks.filter(({ ok }) => !ok).map((check) => check.name))];
  return (
    <li>
      <details className={own.refused}>
        <summary>
          <IconChevronRight size={15} aria-hidden />
          <b className="ellipsis">{name}</b>
          <span className={own.failed}>
            {failed.map((check) => t(`check.${check}`, { defaultValue: check })).join(", ") ||
              serverWords(code, message)}
          </span>
          <span className={classes.quiet}>
            {size === null ? t("refusals.cutOff") : formatBytes(size)}
            {dry_run && ` · ${t("refusals.dryRun")}`}
          </span>
          <span className={classes.quiet}>
            <RelativeTime at={at} />
            {by && ` · ${by}`}
          </span>
        </summary>
        <p>{serverWords(code, message)}</p>
        {zip_digest && (
          <p className={classes.identity}>
            {t("refusals.hash")} <code title={zip_digest}>{zip_digest}</code>
            <CopyButton value={zip_digest} label={t("refusals.copy")} />
          </p>
        )}
        {checks.length > 0 && <CheckList checks={checks} />}
      </details>
    </li>
  );
}
