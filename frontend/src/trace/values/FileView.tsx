import { Button } from "@mantine/core";
import {
  IconDownload,
  IconFile,
  IconFileSpreadsheet,
  IconFileText,
  type TablerIcon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { formatBytes } from "@/ui/duration";
import { runArtifactUrl } from "@/wire/api";
import classes from "./FileView.module.css";
import type { Artifact } from "./shapes";

function iconOf(mediaType: string): TablerIcon {
  if (/csv|spreadsheet|arrow|parquet/.test(mediaType)) return IconFileSpreadsheet;
  return mediaType.startsWith("text/") || mediaType.includes("json") ? IconFileText : IconFile;
}

/** A file: its name, how large it is, and the way to get it. */
export function FileView({ run, artifact }: { run: string; artifact: Artifact }) {
  const { t } = useTranslation("trace");
  const Icon = iconOf(artifact.media_type);
  return (
    <div className={classes.card}>
      <Icon size={22} stroke={1.5} className={classes.icon} aria-hidden />
      <div className={classes.words}>
        <div className={classes.name}>{artifact.name || t("file.unnamed")}</div>
        <div className={classes.quiet}>
          {formatBytes(artifact.size)} · {artifact.media_type}
        </div>
      </div>
      <Button
        component="a"
        href={runArtifactUrl(run, artifact.digest)}
        download={artifact.name}
        variant="default"
        leftSection={<IconDownload size={14} />}
      >
        {t("file.download")}
      </Button>
    </div>
  );
}

/** A picture, with the same way to get it. */
export function ImageView({ run, artifact }: { run: string; artifact: Artifact }) {
  return (
    <div className={classes.stack}>
      <img className={classes.image} src={runArtifactUrl(run, artifact.digest)} alt={artifact.name} />
      <FileView run={run} artifact={artifact} />
    </div>
  );
}
