import { SegmentedControl, TextInput } from "@mantine/core";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { isExpression } from "@/graph/expressions";
import { fromLocal, toLocal } from "@/graph/moments";
import { Frame } from "@/ui/form/Field";
import { DurationField } from "./DurationField";
import { ExpressionFrame } from "./ExpressionFrame";
import classes from "./Inspector.module.css";
import type { NodeForm } from "./useNode";

const WAYS = ["seconds", "secondsExpression", "until", "untilExpression"] as const;
type Way = (typeof WAYS)[number];

function wayOf({ seconds, until }: Record<string, unknown>): Way {
  if (until !== undefined) return isExpression(until) ? "untilExpression" : "until";
  return typeof seconds === "string" ? "secondsExpression" : "seconds";
}

/** How long, or until when: fixed or computed. */
export function WaitSettings({ form }: { form: NodeForm }) {
  const { t } = useTranslation(["steps", "canvas"]);
  const [way, setWay] = useState(() => wayOf(form.fields));
  const wayId = useId();
  const until = way === "until" || way === "untilExpression";
  const computed = way === "secondsExpression" || way === "untilExpression";
  const choose = (next: Way) => {
    setWay(next);
    form.set({ seconds: next === "seconds" ? 60 : undefined, until: next === "until" ? "" : undefined });
  };
  return (
    <>
      <p className={classes.about}>{t("canvas:kind.wait.about")}</p>
      <Frame id={wayId} label={t("wait.how")}>
        <div className={classes.section} style={{ gap: 8 }}>
          <SegmentedControl
            id={wayId}
            fullWidth
            value={until ? "until" : "seconds"}
            data={[
              { value: "seconds", label: t("wait.for") },
              { value: "until", label: t("wait.until") },
            ]}
            onChange={(value) => choose(value as Way)}
          />
          <SegmentedControl
            fullWidth
            aria-label={t("wait.source")}
            value={computed ? "computed" : "fixed"}
            data={[
              { value: "fixed", label: t("wait.fixed") },
              { value: "computed", label: t("wait.computed") },
            ]}
            onChange={(value) =>
              choose(
                (value === "fixed"
                  ? until
                    ? "until"
                    : "seconds"
                  : until
                    ? "untilExpression"
                    : "secondsExpression") as Way,
              )
            }
          />
        </div>
      </Frame>
      <WaitValue form={form} way={way} />
    </>
  );
}

function WaitValue({ form, way }: { form: NodeForm; way: Way }) {
  const { t } = useTranslation("steps");
  const id = useId();
  const { seconds, until } = form.fields;
  switch (way) {
    case "seconds":
      return (
        <DurationField
          id={id}
          label={t("wait.time")}
          pointer="/seconds"
          required
          value={typeof seconds === "number" ? seconds : undefined}
          problem={form.problems.get("/seconds")}
          onChange={(value) => form.set({ seconds: value })}
        />
      );
    case "until":
      return <MomentField form={form} />;
    case "secondsExpression":
      return (
        <ExpressionFrame
          form={form}
          pointer="/seconds"
          label={t("wait.seconds")}
          required
          value={seconds}
          description={t("wait.secondsHint")}
          onChange={(value) => form.set({ seconds: value || undefined })}
        />
      );
    default:
      return (
        <ExpressionFrame
          form={form}
          pointer="/until"
          label={t("wait.moment")}
          required
          value={until}
          description={t("wait.untilHint")}
          onChange={(value) => form.set({ until: value || undefined })}
        />
      );
  }
}

/** A moment in the page's own time zone; stored with its offset, so that it stays the same moment elsewhere. */
function MomentField({ form }: { form: NodeForm }) {
  const { t } = useTranslation("steps");
  const id = useId();
  const problem = form.problems.get("/until") ?? form.problems.get("/seconds");
  const text = String(form.fields.until ?? "");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Frame
      id={id}
      label={t("wait.moment")}
      pointer="/until"
      required
      description={text ? t("wait.stored", { moment: text }) : t("wait.zone", { zone })}
      {...(problem && { problem })}
    >
      <TextInput
        id={id}
        type="datetime-local"
        value={toLocal(text)}
        error={problem !== undefined}
        onChange={(event) => form.set({ until: fromLocal(event.currentTarget.value) })}
      />
    </Frame>
  );
}
