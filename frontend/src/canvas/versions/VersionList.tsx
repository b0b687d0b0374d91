import { Button } from "@mantine/core";
import { IconArrowBackUp, IconArrowsDiff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { RelativeTime } from "@/ui/RelativeTime";
import type { VersionRow } from "@/wire/types";
import classes from "./Versions.module.css";

interface Props {
  rows: readonly VersionRow[];
  /** The version that is compared below. */
  compared: number | "draft";
  mayRestore: boolean;
  onCompare(number: number): void;
  onRestore(version: VersionRow): void;
  /** Asks for older ones; null: there are none. */
  more: (() => void) | null;
  loading: boolean;
}

/** Who published which version when, what they noted, and how many runs go on with it; newest first. */
export function VersionList({ rows, compared, mayRestore, onCompare, onRestore, more, loading }: Props) {
  const { t } = useTranslation("versions");
  return (
    <div className={classes.versions}>
      {!mayRestore && <p className={classes.quiet}>{t("mayNot")}</p>}
      <ul className={classes.list} aria-label={t("list")}>
        {rows.map((row, place) => (
          <li key={row.number} data-compared={row.number === compared || undefined}>
            <div className={classes.about}>
              <div className={classes.line}>
                <b>{t("number", { number: row.number })}</b>
                {place === 0 && <span className={classes.newest}>{t("newest")}</span>}
                {row.open_runs > 0 && (
                  <span className={classes.live}>{t("openRuns", { count: row.open_runs })}</span>
                )}
              </div>
              <div className={classes.quiet}>
                <RelativeTime at={row.published_at} /> · {row.published_by ?? t("somebody")}
              </div>
              {row.note && <p className={classes.note}>{row.note}</p>}
            </div>
            <div className={classes.acts}>
              <Button
                variant="default"
                size="xs"
                leftSection={<IconArrowsDiff size={14} aria-hidden />}
                aria-label={t("compare.with", { number: row.number })}
                aria-pressed={row.number === compared}
                onClick={() => onCompare(row.number)}
              >
                {t("compare.open")}
              </Button>
              {mayRestore && (
                <Button
                  variant="default"
                  size="xs"
                  leftSection={<IconArrowBackUp size={14} aria-hidden />}
                  aria-label={t("restore.openNumber", { number: row.number })}
                  aria-haspopup="dialog"
                  onClick={() => onRestore(row)}
                >
                  {t("restore.open")}
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {more && (
        <Button variant="subtle" size="xs" loading={loading} onClick={more}>
          {t("more")}
        </Button>
      )}
    </div>
  );
}
