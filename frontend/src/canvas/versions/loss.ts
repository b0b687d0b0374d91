/** What becomes of a draft that a version replaces, in sentences. */
import type { TFunction } from "i18next";
import type { WorkflowDiff } from "@/wire/types";

/** More steps than these are counted, not named. */
const NAMED = 12;

type Changes = WorkflowDiff["changes"];

/** What is lost, what comes back and what differs when the draft becomes version `number`; `changes` lead from one to the other. */
export function lossOf(
  changes: Changes,
  number: number,
  t: TFunction<"versions">,
  language: string,
): string[] {
  const { nodes, edges, settings } = changes;
  const steps = (what: string) =>
    nodes.filter((node) => node.what === what && !node.layout).map(({ id, title }) => title || id);
  const told = (names: readonly string[]) => {
    const more = names.length - NAMED;
    const shown = more > 0 ? [...names.slice(0, NAMED), t("loss.more", { count: more })] : names;
    return new Intl.ListFormat(language).format(shown);
  };
  const [lost, changed, back] = [steps("removed"), steps("changed"), steps("added")];
  const sentences = [
    lost.length > 0 && t("loss.lost", { names: told(lost) }),
    changed.length > 0 && t("loss.changed", { names: told(changed), number }),
    back.length > 0 && t("loss.back", { names: told(back), number }),
    edges.length > 0 && t("loss.edges"),
    settings.length > 0 && t("loss.settings"),
  ].filter((sentence) => sentence !== false);
  if (sentences.length > 0) return sentences;
  return [nodes.length > 0 ? t("loss.layout") : t("loss.nothing", { number })];
}
