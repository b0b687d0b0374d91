import { Button, Collapse, Select, TagsInput } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { isLabel, PRIORITIES } from "@/runs/filters";
import type { Priority } from "@/wire/types";
import classes from "./RunDialog.module.css";

export interface Settings {
  /** Null: the workflow's own. */
  readonly priority: Priority | null;
  /** As `name:value`; those that are no labels yet are here, too. */
  readonly labels: readonly string[];
}

export const NO_SETTINGS: Settings = { priority: null, labels: [] };

interface Props {
  settings: Settings;
  /** The workflow's priority. */
  own: Priority;
  problems: ReadonlyMap<string, string>;
  onChange(settings: Settings): void;
}

/** Priority and labels: folded away, with what is set told beside. */
export function StartSettings({ settings, own, problems, onChange }: Props) {
  const { t } = useTranslation(["canvas", "runs"]);
  const id = useId();
  const [opened, setOpened] = useState(false);
  const { priority, labels } = settings;
  const wrong = labels.find((label) => !isLabel(label));
  const refused = [...problems].find(([field]) => field.startsWith("/labels"))?.[1];
  const problem = wrong ? t("runDialog.noLabel", { label: wrong }) : refused;
  const open = opened || problem !== undefined || problems.has("/priority");
  const set = [priority && t(`runs:priority.${priority}`), ...labels].filter(Boolean).join(" · ");
  return (
    <div className={classes.more}>
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<IconChevronRight size={14} className={classes.fold} data-open={open || undefined} />}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpened(!open)}
      >
        {t("runDialog.more")}
      </Button>
      {!open && set && <span className={classes.set}>{set}</span>}
      <Collapse expanded={open} id={id}>
        <div className={classes.settings}>
          <Select
            label={t("runs:priority.label")}
            data={[
              { value: OWN, label: t("runDialog.ownPriority", { priority: t(`runs:priority.${own}`) }) },
              ...PRIORITIES.map((value) => ({ value, label: t(`runs:priority.${value}`) })),
            ]}
            value={priority ?? OWN}
            onChange={(next) =>
              onChange({ ...settings, priority: next === OWN ? null : (next as Priority | null) })
            }
            allowDeselect={false}
            error={problems.get("/priority")}
          />
          <TagsInput
            label={t("runs:labels.label")}
            placeholder={labels.length > 0 ? "" : t("runDialog.labelExample")}
            description={t("runDialog.labelsHint")}
            inputWrapperOrder={["label", "input", "description", "error"]}
            value={[...labels]}
            onChange={(next) => onChange({ ...settings, labels: next.map((label) => label.trim()) })}
            error={problem}
            clearable
          />
        </div>
      </Collapse>
    </div>
  );
}

const OWN = "own";
