import { Skeleton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { serverWords } from "@/i18n/serverWords";
import { RelativeTime } from "@/ui/RelativeTime";
import { type Bundle, type BundleDecided, useBundleHistory } from "@/wire/bundles";
import classes from "./BundleHistory.module.css";
import { StatusTag } from "./StatusTag";

/** What was decided on a bundle, newest first, down to its upload. */
export function BundleHistory({ bundle }: { bundle: Bundle }) {
  const { t } = useTranslation("bundles");
  const history = useBundleHistory(bundle.digest);
  return (
    <section>
      <h2 className={classes.heading}>{t("history")}</h2>
      {history.isPending && <Skeleton height={60} />}
      {history.error && !history.data && <p role="alert">{history.error.message}</p>}
      {history.data && (
        <ol className={classes.list} aria-label={t("history")}>
          {history.data.map((decided) => (
            <Decided key={decided.at} decided={decided} />
          ))}
          <li>
            <b>{t("historyUploaded")}</b>
            <span className={classes.quiet}>
              <RelativeTime at={bundle.uploaded_at} />
              {bundle.uploaded_by && ` · ${bundle.uploaded_by}`}
            </span>
          </li>
        </ol>
      )}
      {history.data?.length === 0 && <p className={classes.quiet}>{t("historyNone")}</p>}
    </section>
  );
}

function Decided({ decided: { status, network_granted, note, by, at } }: { decided: BundleDecided }) {
  const { t } = useTranslation("bundles");
  const who = by ?? (status === "approved" ? t("bySignature") : "");
  return (
    <li>
      <StatusTag status={status} />
      <span className={classes.quiet}>
        <RelativeTime at={at} />
        {who && ` · ${who}`}
      </span>
      {network_granted && <p>{t("network.granted")}</p>}
      {note && <p>{serverWords("", note)}</p>}
    </li>
  );
}
