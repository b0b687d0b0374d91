import type { TFunction } from "i18next";
import { spansOf } from "@/graph/durations";

/** A span of time in words ("2 hours 30 minutes"), or short ("2 h 30 min"). `seconds` ≥ 0. */
export function durationText(
  t: TFunction<"canvas">,
  seconds: number,
  how: "long" | "short" = "long",
): string {
  const spans = spansOf(seconds);
  const all = spans.length > 0 ? spans : [{ amount: 0, unit: "s" as const }];
  return all.map(({ amount, unit }) => t(`steps:span.${how}.${unit}`, { count: amount })).join(" ");
}
