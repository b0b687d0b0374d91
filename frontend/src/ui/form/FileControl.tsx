import { ActionIcon, FileButton, Progress, UnstyledButton } from "@mantine/core";
import { IconFile, IconUpload, IconX } from "@tabler/icons-react";
import { type DragEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatBytes } from "@/ui/duration";
import { ApiProblem } from "@/wire/problem";
import type { ArtifactRef } from "@/wire/types";
import { uploadFile } from "@/wire/upload";
import { type ControlProps, useForm } from "./context";
import classes from "./FileControl.module.css";

type Sending = { name: string; share: number };

function artifactOf(value: unknown): ArtifactRef["$artifact"] | undefined {
  return (value as ArtifactRef | undefined)?.$artifact;
}

/** A file to upload: dropped, chosen, or replaced; with progress, and the reason when it is refused. */
export function FileControl({ schema, value, onChange, id, label, invalid }: ControlProps) {
  const { t } = useTranslation("form");
  const { project, readOnly } = useForm();
  const [sending, setSending] = useState<Sending | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const stop = useRef<AbortController | null>(null);
  const file = artifactOf(value);

  const send = async (chosen: File | null | undefined) => {
    if (!chosen || readOnly) return;
    const controller = new AbortController();
    stop.current = controller;
    setProblem(null);
    setSending({ name: chosen.name, share: 0 });
    try {
      const { ref } = await uploadFile(chosen, {
        ...(project && { project }),
        signal: controller.signal,
        onProgress: (share) => setSending({ name: chosen.name, share }),
      });
      onChange(ref);
    } catch (error) {
      if (!controller.signal.aborted) setProblem(reasonOf(error, chosen, t));
    } finally {
      setSending(null);
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void send(event.dataTransfer.files[0]);
  };
  if (sending) {
    return (
      <div className={classes.file}>
        <IconUpload size={18} stroke={1.6} />
        <div className={classes.words}>
          <div className="ellipsis">{sending.name}</div>
          <Progress
            value={sending.share * 100}
            size={4}
            mt={5}
            aria-label={t("file.progress", { name: sending.name })}
          />
        </div>
        <ActionIcon aria-label={t("file.stop")} onClick={() => stop.current?.abort()}>
          <IconX size={16} />
        </ActionIcon>
      </div>
    );
  }
  if (file) {
    return (
      <div className={classes.file}>
        <IconFile size={18} stroke={1.6} />
        <div className={classes.words}>
          <div className="ellipsis">{file.name}</div>
          <div className={classes.quiet}>{formatBytes(file.size)}</div>
        </div>
        {!readOnly && (
          <ActionIcon aria-label={t("file.remove", { name: file.name })} onClick={() => onChange(undefined)}>
            <IconX size={16} />
          </ActionIcon>
        )}
      </div>
    );
  }
  return (
    <>
      <FileButton
        onChange={(chosen) => void send(chosen)}
        {...(schema["x-accept"] && { accept: schema["x-accept"] })}
      >
        {(props) => (
          <UnstyledButton
            {...props}
            id={id}
            aria-label={t("file.choose", { label })}
            className={classes.zone}
            data-over={over || undefined}
            data-invalid={invalid || problem !== null || undefined}
            onDragOver={(event) => {
              event.preventDefault();
              setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={drop}
          >
            <IconUpload size={18} stroke={1.6} />
            <span>{t("file.drop")}</span>
          </UnstyledButton>
        )}
      </FileButton>
      {problem && (
        <div className={classes.problem} role="alert">
          {problem}
        </div>
      )}
    </>
  );
}

function reasonOf(
  error: unknown,
  file: File,
  t: (key: string, values: Record<string, string>) => string,
): string {
  if (!(error instanceof ApiProblem)) return String(error);
  if (error.status !== 413) return error.message;
  const limit = error.extra.limit;
  const size = formatBytes(file.size);
  return typeof limit === "number"
    ? t("file.tooLargeLimit", { name: file.name, size, limit: formatBytes(limit) })
    : t("file.tooLarge", { name: file.name, size });
}
