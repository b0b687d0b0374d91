import { NumberInput, Select, UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { JsonField } from "@/ui/code/lazy";
import { Frame } from "@/ui/form/Field";
import fold from "@/ui/form/ObjectFields.module.css";
import type { OnError, RetryPolicy } from "@/wire/generated";
import { ExpressionFrame } from "./ExpressionFrame";
import classes from "./Inspector.module.css";
import type { NodeForm } from "./useNode";

/** When the step runs, how often it is tried, how long it may take, and what its failure does; folded until used. */
export function RunRules({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  const { run_if, retry, timeout_s, on_error } = form.fields;
  const touched = ["/run_if", "/retry", "/timeout_s", "/on_error"].some((pointer) =>
    [...form.problems.keys()].some((place) => place.startsWith(pointer)),
  );
  const [open, setOpen] = useState(Boolean(run_if || retry || timeout_s || on_error));
  const shown = open || touched;
  return (
    <div className={classes.section}>
      <UnstyledButton className={fold.more} aria-expanded={shown} onClick={() => setOpen(!shown)}>
        <IconChevronRight size={14} className={fold.chevron} data-open={shown || undefined} />
        {t("rules.title")}
      </UnstyledButton>
      {shown && (
        <>
          <ExpressionFrame
            form={form}
            pointer="/run_if"
            label={t("rules.runIf")}
            value={run_if}
            onChange={(value) => form.set({ run_if: value || undefined })}
            description={t("rules.runIfHint")}
          />
          {form.kind !== "map" && <RetryFields form={form} retry={(retry ?? {}) as RetryPolicy} />}
          <TimeoutField form={form} />
          <OnErrorFields form={form} onError={(on_error ?? {}) as OnError} />
        </>
      )}
    </div>
  );
}

function RetryFields({ form, retry }: { form: NodeForm; retry: RetryPolicy }) {
  const { t } = useTranslation("canvas");
  const [attempts, initial] = [useId(), useId()];
  const put = (patch: RetryPolicy) => {
    const next = { ...retry, ...patch };
    form.set({ retry: (next.attempts ?? 1) > 1 ? next : undefined });
  };
  const problem = form.problems.get("/retry/attempts") ?? form.problems.get("/retry");
  return (
    <div className={classes.two}>
      <Frame
        id={attempts}
        label={t("rules.attempts")}
        pointer="/retry/attempts"
        description={t("rules.attemptsHint")}
        {...(problem && { problem })}
      >
        <NumberInput
          id={attempts}
          min={1}
          max={100}
          value={retry.attempts ?? 1}
          onChange={(value) => put({ attempts: Number(value) || 1 })}
        />
      </Frame>
      <Frame
        id={initial}
        label={t("rules.pause")}
        pointer="/retry/initial_s"
        description={t("rules.pauseHint")}
      >
        <NumberInput
          id={initial}
          min={0}
          step={0.5}
          suffix=" s"
          disabled={(retry.attempts ?? 1) < 2}
          value={retry.initial_s ?? 1}
          onChange={(value) => put({ initial_s: Number(value) })}
        />
      </Frame>
    </div>
  );
}

function TimeoutField({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  const id = useId();
  const problem = form.problems.get("/timeout_s");
  const value = form.fields.timeout_s;
  return (
    <Frame
      id={id}
      label={t("rules.timeout")}
      pointer="/timeout_s"
      description={t("rules.timeoutHint")}
      {...(problem && { problem })}
    >
      <NumberInput
        id={id}
        min={0}
        suffix=" s"
        placeholder={t("rules.noTimeout")}
        value={typeof value === "number" ? value : ""}
        error={problem !== undefined}
        onChange={(next) => form.set({ timeout_s: next === "" || next === 0 ? undefined : Number(next) })}
      />
    </Frame>
  );
}

function OnErrorFields({ form, onError }: { form: NodeForm; onError: OnError }) {
  const { t } = useTranslation("canvas");
  const id = useId();
  const action = onError.action ?? "fail";
  return (
    <>
      <Frame
        id={id}
        label={t("rules.onError")}
        pointer="/on_error/action"
        description={t(`onError.${action}Hint`)}
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
