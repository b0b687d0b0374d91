import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { RelativeTime } from "@/ui/RelativeTime";
import type { WorkflowVersion } from "@/wire/types";
import classes from "./RunDialog.module.css";
import type { Runnable } from "./runnable";

interface Props {
  choices: readonly Runnable[];
  value: Runnable;
  versions: readonly WorkflowVersion[];
  /** Whether the reader has changes on the canvas that no version has. */
  editing: boolean;
  problem: string | undefined;
  onChange(next: Runnable): void;
}

/** Which version runs, or the draft; where there is only the draft, that it does. */
export function WhatRuns({ choices, value, versions, editing, problem, onChange }: Props) {
  const { t } = useTranslation("canvas");
  if (choices.length === 1 && value === "draft") {
    return <p className={classes.quiet}>{t("runDialog.onlyDraft")}</p>;
  }
  const newest = versions[0]?.number;
  const label = (choice: Runnable) => {
    if (choice === "draft") return t("runDialog.draft");
    return t(choice === newest ? "runDialog.newest" : "runDialog.version", { number: choice });
  };
  const version = versions.find(({ number }) => number === value);
  return (
    <Select
      label={t("runDialog.what")}
      data={choices.map((choice) => ({ value: String(choice), label: label(choice) }))}
      value={String(value)}
      onChange={(next) => next && onChange(next === "draft" ? next : Number(next))}
      allowDeselect={false}
      searchable={choices.length > MANY}
      error={problem}
      inputWrapperOrder={["label", "input", "description", "error"]}
      description={
        version ? <About version={version} isBehind={editing} /> : <span>{t("runDialog.draftHint")}</span>
      }
      mb="md"
    />
  );
}

const MANY = 12;

/** Who published it when and why, and that it lacks what is on the canvas. */
function About({ version, isBehind }: { version: WorkflowVersion; isBehind: boolean }) {
  const { t } = useTranslation("canvas");
  const { published_by: by, published_at: at, note } = version;
  return (
    <span className={classes.about}>
      {by ? t("runDialog.publishedBy", { name: by }) : t("runDialog.published")} · <RelativeTime at={at} />
      {note && <span className={classes.note}>{note}</span>}
      {isBehind && <span className={classes.behind}>{t("runDialog.behind")}</span>}
    </span>
  );
}
