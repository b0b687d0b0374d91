import { Button } from "@mantine/core";
import { IconDownload, IconPackageOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { localText } from "@/i18n/localText";
import { serverWords } from "@/i18n/serverWords";
import { CopyButton } from "@/ui/CopyButton";
import { formatBytes } from "@/ui/duration";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { JsonTree } from "@/ui/JsonTree";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { RelativeTime } from "@/ui/RelativeTime";
import { type Bundle, bundleUrl, useBundle } from "@/wire/bundles";
import { isProblem } from "@/wire/problem";
import { BundleDecisions } from "./BundleDecisions";
import { BundleFiles } from "./BundleFiles";
import { BundleHistory } from "./BundleHistory";
import classes from "./BundlePage.module.css";
import { CheckList } from "./CheckList";
import { SignatureTag, StatusTag } from "./StatusTag";

/** One bundle: what was checked, what is in it, and the decision. */
export default function BundlePage() {
  const { t } = useTranslation(["bundles", "registry"]);
  const { digest = "" } = useParams();
  const bundle = useBundle(digest);
  const { data } = bundle;
  return (
    <>
      <PageHeader
        crumbs={[
          { label: t("registry:agents.title"), to: "/agents" },
          { label: t("title"), to: "/agents/bundles" },
          { label: data ? `${data.agent}@${data.version}` : digest.slice(0, 12) },
        ]}
        status={data && <StatusTag status={data.status} />}
        actions={data && <BundleDecisions bundle={data} />}
      />
      {bundle.isPending && <PageSkeleton />}
      {bundle.error && !data && <Failed error={bundle.error} onRetry={() => void bundle.refetch()} />}
      {data && <Detail bundle={data} />}
    </>
  );
}

function Failed({ error, onRetry }: { error: Error; onRetry(): void }) {
  const { t } = useTranslation("bundles");
  if (!isProblem(error) || error.status !== 404) return <ErrorState error={error} onRetry={onRetry} />;
  return (
    <EmptyState
      icon={<IconPackageOff size={24} stroke={1.6} />}
      title={t("gone.title")}
      text={t("gone.text")}
      action={
        <Button component={Link} to="/agents/bundles">
          {t("gone.all")}
        </Button>
      }
    />
  );
}

function Detail({ bundle }: { bundle: Bundle }) {
  const { t, i18n } = useTranslation("bundles");
  return (
    <div className={classes.detail}>
      <header className={classes.head}>
        <h1>{localText(bundle.title, i18n.language) || `${bundle.agent}@${bundle.version}`}</h1>
        {bundle.status === "approved" && !bundle.on_bus && <p role="status">{t("notOnBus")}</p>}
        {bundle.zip_removed_at && (
          <p role="status">
            {t("zipRemoved")} <RelativeTime at={bundle.zip_removed_at} />
          </p>
        )}
        <p>{localText(bundle.description, i18n.language)}</p>
        <div className={classes.line}>
          <SignatureTag signature={bundle.signature} />
          <Link to={`/agents/${encodeURIComponent(bundle.agent)}`}>
            {t("toAgent", { agent: bundle.agent })}
          </Link>
          {!bundle.zip_removed_at && (
            <Button
              component="a"
              href={bundleUrl(bundle.digest)}
              download
              variant="default"
              size="compact-sm"
              leftSection={<IconDownload size={14} />}
            >
              {t("download")}
            </Button>
          )}
        </div>
      </header>
      <div className={classes.columns}>
        <div className={classes.stack}>
          <section>
            <h2 className={classes.heading}>{t("checks")}</h2>
            <CheckList checks={bundle.checks} />
          </section>
          <BundleFiles digest={bundle.digest} readable={!bundle.zip_removed_at} />
          <section>
            <h2 className={classes.heading}>{t("manifest")}</h2>
            <JsonTree value={bundle.manifest} />
          </section>
        </div>
        <div className={classes.stack}>
          <Facts bundle={bundle} />
          <BundleHistory bundle={bundle} />
        </div>
      </div>
    </div>
  );
}

function Facts({ bundle }: { bundle: Bundle }) {
  const { t } = useTranslation("bundles");
  const { network_asked, network_granted, status, decided_at } = bundle;
  const network = !network_asked
    ? "network.none"
    : status === "approved"
      ? network_granted
        ? "network.granted"
        : "network.denied"
      : "network.asked";
  return (
    <section>
      <h2 className={classes.heading}>{t("facts")}</h2>
      <dl className={classes.facts}>
        <div>
          <dt>{t("column.network")}</dt>
          <dd>{t(network)}</dd>
        </div>
        <div>
          <dt>{t("column.size")}</dt>
          <dd>{t("files", { count: bundle.file_count, size: formatBytes(bundle.size) })}</dd>
        </div>
        <div>
          <dt>{t("column.uploaded")}</dt>
          <dd>
            <RelativeTime at={bundle.uploaded_at} />
            {bundle.uploaded_by && ` · ${bundle.uploaded_by}`}
          </dd>
        </div>
        {decided_at && (
          <div>
            <dt>{t("decided")}</dt>
            <dd>
              <RelativeTime at={decided_at} />
              {bundle.decided_by && `, ${bundle.decided_by}`}
            </dd>
          </div>
        )}
        {bundle.note && (
          <div>
            <dt>{t("note")}</dt>
            <dd>{serverWords("", bundle.note)}</dd>
          </div>
        )}
        <div>
          <dt>{t("identity")}</dt>
          <dd className={classes.identity}>
            <code title={bundle.identity}>{bundle.digest}</code>
            <CopyButton value={bundle.identity} label={t("copyIdentity")} />
          </dd>
        </div>
      </dl>
    </section>
  );
}
