import type { TFunction } from "i18next";
import type { Refusal } from "@/graph/connect";

/** Why an edge cannot be drawn, as a sentence with the steps' titles. */
export function refusalText(
  t: TFunction<"canvas">,
  { code, values }: Refusal,
  titleOf: (id: string) => string,
): string {
  const words = { ...values, source: titleOf(values.source ?? ""), target: titleOf(values.target ?? "") };
  if (code !== "cannotFit") return t(`refused.${code}`, words);
  const types = (list: string | undefined) =>
    (list ?? "")
      .split(",")
      .filter((type) => type && type !== "any")
      .map((type) => t(`type.${type}`, { defaultValue: type }))
      .join(", ");
  const have = types(values.have);
  return t(have ? "refused.cannotFit" : "refused.cannotFitNothing", {
    ...words,
    want: types(values.want),
    have,
  });
}
