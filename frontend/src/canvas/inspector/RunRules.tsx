import { Select, UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { traitsOf } from "@/graph/traits";
import { JsonField } from "@/ui/code/lazy";
import { Frame } from "@/ui/form/Field";
import fold from "@/ui/form/ObjectFields.module.css";
import type { OnError } from "@/wire/generated";
import { CacheFields } from "./CacheFields";
import { DurationField } from "./DurationField";
import { ExpressionFrame } from "./ExpressionFrame";
import classes from "./Inspector.module.css";
import { RetryFields } from "./RetryFields";
import type { NodeForm } from "./useNode";

const RULES = ["run_if", "retry", "timeout_s", "heartbeat_timeout_s", "cache", "on_error"] as const;

/** When the step runs, how often it is tried, how long it may take, what its failure does; folded until used. */
export function RunRules({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  const { call, timed } = traitsOf(form.kind);
  const touched = [...form.problems.keys()].some((place) =>
    RULES.some((name) => place.startsWith(`/${name}`)),
  );
  const [open, setOpen] = useState(RULES.some((name) => Boolean(form.fields[name])));
  const shown = open || touched;
  return (
    <div className={classes.section}>
      <UnstyledButton className={fold.more} aria-expanded={shown} onClick={() => setOpen(!shown)}>
        <IconChevronRight size={14} className={fold.chevron} data-open={shown || undefined} />
        {t(call ? "rules.title" : timed ? "rules.titleTimed" : "rules.titleShort")}
      </UnstyledButton>
      {shown && (
        <>
          <ExpressionFrame
            form={form}
            pointer="/run_if"
            label={t("rules.runIf")}
            value={form.fields.run_if}
            onChange={(value) => form.set({ run_if: value || undefined })}
            description={t("rules.runIfHint")}
          />
          {call && <RetryFields form={form} />}
          {timed && <TimeoutField form={form} name="timeout_s" hint={call ? "attempt" : "whole"} />}
          {call && <TimeoutField form={form} name="heartbeat_timeout_s" hint="heartbeat" />}
          {call && <CacheFields form={form} />}
          <OnErrorFields form={form} />
        </>
      )}
    </div>
  );
}

interface TimeoutProps {
  form: NodeForm;
  name: "timeout_s" | "heartbeat_timeout_s";
  hint: "attempt" | "whole" | "heartbeat";
}

function TimeoutField({ form, name, hint }: TimeoutProps) {
  const { t } = useTranslation("canvas");
  const id = useId();
  const value = form.fields[name];
  return (
    <DurationField
      id={id}
      label={t(`rules.${name}`)}
      pointer={`/${name}`}
      description={t(`rules.timeoutHint.${hint}`)}
      placeholder={t(`rules.noTimeout.${hint}`)}
      value={typeof value === "number" ? value : undefined}
      problem={form.problems.get(`/${name}`)}
      onChange={(seconds) => form.set({ [name]: seconds || undefined })}
    />
  );
}

function OnErrorFields({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  const id = useId();
  const onError = (form.fields.on_error ?? {}) as OnError;
  const action = onError.action ?? "fail";
  const problem = form.problems.get("/on_error") ?? form.problems.get("/on_error/action");
  return (
    <>
      <Frame
        id={id}
        label={t("rules.onError")}
        pointer="/on_error/action"
        description={t(`onError.${action}Hint`)}
        {...(problem && { problem })}
      >
        <Select
          id={id}
          value={action}
          allowDeselect={false}
          data={["fail", "continue", "branch"].map((value) => ({ value, label: t(`onError.${value}`) }))}
          onChange={(value) =>
            form.set({ on_error: value === "fail" ? undefined : { ...onError, action: value ?? "fail" } })
          }
        />
      </Frame>
      {action === "continue" && (
        <Frame label={t("rules.default")} pointer="/on_error/default" description={t("rules.defaultHint")}>
          <JsonField
            label={t("rules.default")}
            value={onError.default}
            onChange={(value) => form.set({ on_error: { ...onError, default: value ?? null } })}
          />
        </Frame>
      )}
    </>
  );
}
