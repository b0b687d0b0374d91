import type { TFunction } from "i18next";
import { serverWords } from "@/i18n/serverWords";

/** How the server ends a reason when there are others beside it. */
const OTHERS = /, and (\d+) more\.$/;

/** Why a run stands still, in the reader's language: the first reason, and how many there are beside it. */
export function reasonWords(reason: string, t: TFunction<"runs">): string {
  const others = OTHERS.exec(reason)?.[1];
  if (!others) return serverWords("", reason);
  const first = serverWords("", reason.replace(OTHERS, "."));
  return t("reasonAndMore", { reason: first, count: Number(others) });
}
