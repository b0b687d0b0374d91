import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@/ui/form/Field";
import type { Cache } from "@/wire/generated";
import { DurationField } from "./DurationField";
import { StepFormProvider, Toggle } from "./fields";
import classes from "./Inspector.module.css";
import type { NodeForm } from "./useNode";

const HOUR = 3_600;

/** Whether an equal call's result is used again, for how long, and what makes calls equal. */
export function CacheFields({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  const id = useId();
  const cache = form.fields.cache as Cache | null | undefined;
  const put = (patch: Cache) => {
    const next = { ...cache, ...patch };
    if (next.key === undefined) delete next.key;
    form.set({ cache: next });
  };
  return (
    <>
      <Toggle
        label={t("rules.cache")}
        description={t("rules.cacheHint")}
        checked={Boolean(cache)}
        onChange={(on) => form.set({ cache: on ? { ttl_s: HOUR } : undefined })}
      />
      {cache && (
        <div className={`${classes.section} ${classes.inset}`}>
          <DurationField
            id={id}
            label={t("rules.ttl")}
            pointer="/cache/ttl_s"
            value={cache.ttl_s ?? HOUR}
            problem={form.problems.get("/cache/ttl_s")}
            onChange={(seconds) => put({ ttl_s: seconds ?? HOUR })}
          />
          <StepFormProvider form={form}>
            <Field
              schema={{ title: t("rules.cacheKey"), description: t("rules.cacheKeyHint") }}
              name="key"
              value={cache.key ?? undefined}
              onChange={(key) => put({ key })}
              pointer="/cache/key"
            />
          </StepFormProvider>
        </div>
      )}
    </>
  );
}
