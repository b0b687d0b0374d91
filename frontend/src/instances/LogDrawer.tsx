import { Button, Chip, Drawer, Group, Skeleton } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "@/ui/CopyButton";
import { SearchField } from "@/ui/SearchField";
import classes from "./LogDrawer.module.css";
import { LogLines } from "./LogLines";
import { asText, matching, STREAMS, type Stream } from "./logBuffer";
import { useLogs } from "./useLogs";

interface Props {
  instance: string;
  title: string;
  onClose(): void;
}

/** What an instance writes: it follows, until one scrolls up; with search, streams and a copy. */
export function LogDrawer({ instance, title, onClose }: Props) {
  const { t } = useTranslation(["instances", "app"]);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="min(860px, 100vw)"
      title={t("log.title", { name: title })}
      closeButtonProps={{ "aria-label": t("app:action.close") }}
      classNames={{ body: classes.body ?? "", content: classes.content ?? "" }}
    >
      <Log instance={instance} />
    </Drawer>
  );
}

function Log({ instance }: { instance: string }) {
  const { t } = useTranslation("instances");
  const { buffer, loading, error, ended, gone } = useLogs(instance);
  const [search, setSearch] = useState("");
  const [streams, setStreams] = useState<readonly Stream[]>(STREAMS);
  const [following, setFollowing] = useState(true);
  const shown = useMemo(() => matching(buffer.lines, search, new Set(streams)), [buffer, search, streams]);
  return (
    <>
      <div className={classes.tools}>
        <SearchField label={t("log.search")} value={search} onChange={setSearch} />
        <Chip.Group multiple value={[...streams]} onChange={(chosen) => setStreams(chosen as Stream[])}>
          <Group gap={6} aria-label={t("log.streams")} role="group">
            {STREAMS.map((stream) => (
              <Chip key={stream} value={stream} size="xs" variant="outline">
                {t(`log.stream.${stream}`)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        <span className={classes.count}>{t("log.count", { count: shown.length })}</span>
        <CopyButton value={asText(shown)} label={t("log.copy")} />
        <Button
          variant={following ? "light" : "default"}
          aria-pressed={following}
          onClick={() => setFollowing(!following)}
        >
          {t(following ? "log.following" : "log.follow")}
        </Button>
      </div>
      {(error || ended) && (
        <p className={classes.note} role="status" data-ended={ended || undefined}>
          {error ? error.message : t(gone ? "log.gone" : "log.ended")}
        </p>
      )}
      {buffer.lost > 0 && <p className={classes.note}>{t("log.lost", { count: buffer.lost })}</p>}
      {loading && <Skeleton height={160} />}
      {!loading && shown.length === 0 && (
        <p className={classes.empty}>
          {t(buffer.lines.length > 0 ? "log.noMatch" : gone ? "log.notKept" : "log.none")}
        </p>
      )}
      <LogLines lines={shown} search={search} following={following} onFollow={setFollowing} />
    </>
  );
}
