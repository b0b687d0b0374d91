import { Alert, Progress } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { serverWords } from "@/i18n/serverWords";
import { formatBytes } from "@/ui/duration";
import { type StorageFigures as Figures, useStorage } from "@/wire/storage";
import classes from "./SettingsPage.module.css";

const WARN_SHARE = 0.75;

/** How full Redis and the archive are, for the settings page. */
export function StorageFigures() {
  const { t } = useTranslation("storage");
  const { data, isError } = useStorage();
  return (
    <section className={classes.section}>
      <h2>{t("title")}</h2>
      {data?.warnings.map((warning) => (
        <Alert key={warning.code} color="orange" mb="sm">
          {serverWords(warning.code, warning.message)}
        </Alert>
      ))}
      <div className={classes.rows}>
        {data && <Rows figures={data} />}
        {!data && <div className={classes.row}>{isError ? t("unknown") : "…"}</div>}
      </div>
    </section>
  );
}

function Rows({ figures }: { figures: Figures }) {
  const { t, i18n } = useTranslation("storage");
  const { redis, runs, streams, archive } = figures;
  const count = (value: number) => value.toLocaleString(i18n.language);
  const percent = (redis.share ?? 0).toLocaleString(i18n.language, {
    style: "percent",
    maximumFractionDigits: 1,
  });
  const known = { used: formatBytes(redis.used_bytes), keys: count(redis.keys) };
  return (
    <>
      <div className={classes.row}>
        <Words
          label={t("redis")}
          hint={
            redis.max_bytes === null
              ? t("redisHintOpen", known)
              : t("redisHint", { ...known, most: formatBytes(redis.max_bytes) })
          }
        />
        {redis.share !== null && (
          <Progress
            w={160}
            value={redis.share * 100}
            color={redis.share >= WARN_SHARE ? "orange" : undefined}
            aria-label={t("share", { percent })}
            title={t("share", { percent })}
          />
        )}
      </div>
      <div className={classes.row}>
        <Words
          label={t("runs")}
          hint={t("runsHint", {
            live: count(runs.live),
            standing: count(runs.standing),
            ended: count(runs.ended_in_redis),
          })}
        />
      </div>
      <div className={classes.row}>
        <Words
          label={t("streams")}
          hint={t("streamsHint", {
            logs: count(streams.logs),
            inboxes: count(streams.inboxes),
            hints: count(streams.ready),
            tasks: count(streams.tasks),
            letters: count(streams.dead_letters),
            jobs: count(streams.jobs),
          })}
        />
      </div>
      <div className={classes.row}>
        <Words
          label={t("archive")}
          hint={t("archiveHint", {
            runs: count(archive.runs),
            bytes: formatBytes(archive.bytes),
            original: formatBytes(archive.original_bytes),
            rate: count(archive.runs_per_minute),
          })}
        />
        {archive.backlog > 0 && (
          <span className={classes.hint}>{t("backlog", { count: archive.backlog })}</span>
        )}
      </div>
    </>
  );
}

function Words({ label, hint }: { label: string; hint: string }) {
  return (
    <div className={classes.words}>
      <div className={classes.label}>{label}</div>
      <div className={classes.hint}>{hint}</div>
    </div>
  );
}
