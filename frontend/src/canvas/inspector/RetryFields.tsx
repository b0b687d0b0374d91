import { NumberInput, TagsInput } from "@mantine/core";
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { handlersOf } from "@/graph/compensation";
import { changedRetry, shownRetry } from "@/graph/retries";
import { useDocument } from "@/stores/document";
import { Frame } from "@/ui/form/Field";
import type { RetryPolicy } from "@/wire/generated";
import { DurationField } from "./DurationField";
import classes from "./Inspector.module.css";
import type { NodeForm } from "./useNode";

/** How often a failed attempt is tried again, and how long to wait before; the details once it is more than once. */
export function RetryFields({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  const undoes = useDocument(({ draft }) => handlersOf(draft.structure).has(form.id));
  const retry = shownRetry(form.fields.retry, undoes);
  const attempts = retry.attempts ?? 1;
  const put = (patch: RetryPolicy) => form.set({ retry: changedRetry(form.fields.retry, patch, undoes) });
  return (
    <>
      <NumberFrame
        form={form}
        name="attempts"
        hint={t(undoes ? "rules.attemptsHintUndo" : "rules.attemptsHint")}
        own={form.problems.get("/retry")}
      >
        {(id) => (
          <NumberInput
            id={id}
            min={1}
            max={100}
            allowDecimal={false}
            value={attempts}
            onChange={(value) => put({ attempts: Number(value) || 1 })}
          />
        )}
      </NumberFrame>
      {attempts > 1 && <Pauses form={form} retry={retry} put={put} />}
    </>
  );
}

type PauseProps = { form: NodeForm; retry: RetryPolicy; put(patch: RetryPolicy): void };

function Pauses({ form, retry, put }: PauseProps) {
  const { t } = useTranslation("canvas");
  const [initial, longest, codes] = [useId(), useId(), useId()];
  return (
    <div className={`${classes.section} ${classes.inset}`}>
      <DurationField
        id={initial}
        label={t("rules.initial_s")}
        pointer="/retry/initial_s"
        value={retry.initial_s ?? 1}
        problem={form.problems.get("/retry/initial_s")}
        onChange={(seconds) => put({ initial_s: seconds ?? 1 })}
      />
      <div className={classes.two}>
        <NumberFrame form={form} name="backoff" hint={t("rules.backoffHint")}>
          {(id) => (
            <NumberInput
              id={id}
              min={1}
              max={100}
              step={0.5}
              value={retry.backoff ?? 2}
              onChange={(value) => put({ backoff: Number(value) || 1 })}
            />
          )}
        </NumberFrame>
        <NumberFrame form={form} name="jitter" hint={t("rules.jitterHint")}>
          {(id) => (
            <NumberInput
              id={id}
              min={0}
              max={100}
              step={5}
              suffix=" %"
              value={Math.round((retry.jitter ?? 0.1) * 100)}
              onChange={(value) => put({ jitter: Number(value) / 100 })}
            />
          )}
        </NumberFrame>
      </div>
      <DurationField
        id={longest}
        label={t("rules.max_s")}
        pointer="/retry/max_s"
        value={retry.max_s ?? 60}
        problem={form.problems.get("/retry/max_s")}
        onChange={(seconds) => put({ max_s: seconds ?? 60 })}
      />
      <Frame id={codes} label={t("rules.on")} pointer="/retry/on" description={t("rules.onHint")}>
        <TagsInput
          id={codes}
          value={retry.on ?? []}
          acceptValueOnBlur
          onChange={(on) => put({ on })}
          {...((retry.on ?? []).length === 0 && { placeholder: t("rules.onAll") })}
        />
      </Frame>
    </div>
  );
}

interface FrameProps {
  form: NodeForm;
  name: "attempts" | "backoff" | "jitter";
  hint: string;
  own?: string | undefined;
  children(id: string): ReactNode;
}

function NumberFrame({ form, name, hint, own, children }: FrameProps) {
  const { t } = useTranslation("canvas");
  const id = useId();
  const problem = form.problems.get(`/retry/${name}`) ?? own;
  return (
    <Frame
      id={id}
      label={t(`rules.${name}`)}
      pointer={`/retry/${name}`}
      description={hint}
      {...(problem && { problem })}
    >
      {children(id)}
    </Frame>
  );
}
