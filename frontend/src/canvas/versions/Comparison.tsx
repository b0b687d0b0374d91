import { Select } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useDocument } from "@/stores/document";
import { saveStatus, useSaving } from "@/stores/saving";
import { DiffLines } from "@/ui/DiffLines";
import { ErrorState } from "@/ui/ErrorState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { type Side, useWorkflowDiff } from "@/wire/versions";
import classes from "./Versions.module.css";

const UNSAVED: ReadonlySet<string> = new Set(["failed", "conflict"]);

interface Props {
  workflow: string;
  numbers: readonly number[];
  from: Side;
  to: Side;
  onChange(from: Side, to: Side): void;
}

/** Any two versions, or a version and the draft, line by line. */
export function Comparison({ workflow, numbers, from, to, onChange }: Props) {
  const { t } = useTranslation("versions");
  const heading = useId();
  const withDraft = from === "draft" || to === "draft";
  const revision = useSaving((state) => state.revision);
  const found = useWorkflowDiff(workflow, from, to, withDraft ? revision : 0);
  const draft = useDocument((state) => state.draft);
  const unsaved = useSaving((state) => UNSAVED.has(saveStatus(state, draft)));
  const sides = ["draft", ...numbers.map(String)].map((value) => ({
    value,
    label: value === "draft" ? t("draft") : t("number", { number: value }),
  }));
  return (
    <section className={classes.comparison} aria-labelledby={heading}>
      <h3 id={heading}>{t("compare.title")}</h3>
      <div className={classes.bar}>
        <Select
          aria-label={t("compare.from")}
          data={sides}
          value={String(from)}
          onChange={(value) => value && onChange(sideOf(value), to)}
          allowDeselect={false}
          w={150}
        />
        <IconArrowRight size={15} aria-hidden />
        <Select
          aria-label={t("compare.to")}
          data={sides}
          value={String(to)}
          onChange={(value) => value && onChange(from, sideOf(value))}
          allowDeselect={false}
          w={150}
        />
      </div>
      {withDraft && unsaved && <p className={classes.warning}>{t("compare.unsaved")}</p>}
      {from === to && <p className={classes.quiet}>{t("compare.choose")}</p>}
      {found.isLoading && <PageSkeleton />}
      {found.error && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && from !== to && (
        <DiffLines
          key={`${from} ${to}`}
          lines={found.data.lines}
          label={t("compare.lines", { from: words(from), to: words(to) })}
        />
      )}
    </section>
  );

  function words(side: Side): string {
    return side === "draft" ? t("draft") : t("number", { number: side });
  }
}

function sideOf(value: string): Side {
  return value === "draft" ? value : Number(value);
}
