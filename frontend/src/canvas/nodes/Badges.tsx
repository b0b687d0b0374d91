import {
  IconArrowBackUp,
  IconArrowBigRightLines,
  IconClockHour4,
  IconDatabaseExport,
  IconFilterQuestion,
  IconRefresh,
  type TablerIcon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Fields } from "@/graph/model";
import { useCatalogue } from "@/stores/catalogue";
import type { Cache, OnError, RetryPolicy } from "@/wire/generated";
import { useFields, useKind } from "../model";
import classes from "./Badges.module.css";
import { nodeTitle } from "./captions";
import { durationText } from "./durationText";

/** The small row under a step: what is unusual about how it runs. `undoes`: the step it is the handler of. */
export function Badges({ fields, undoes = null }: { fields: Fields; undoes?: string | null }) {
  return (
    <div className={classes.row}>
      {undoes !== null && <UndoBadge step={undoes} />}
      <BadgeList fields={fields} />
    </div>
  );
}

function UndoBadge({ step }: { step: string }) {
  const { t, i18n } = useTranslation("canvas");
  const fields = useFields(step);
  const kind = useKind(step);
  const agent = useCatalogue((state) => state.agents.get(String(fields.agent ?? "")));
  const title = nodeTitle(t, kind, fields, agent, i18n.language);
  return (
    <span className={classes.badge} data-tone="undo" title={t("badge.undoesHint", { step: title })}>
      <IconArrowBackUp size={12} aria-hidden />{" "}
      <span className="ellipsis">{t("badge.undoes", { step: title })}</span>
    </span>
  );
}

/** The badges alone, for a place that has its own row. */
export function BadgeList({ fields }: { fields: Fields }) {
  const { t } = useTranslation("canvas");
  const retry = fields.retry as RetryPolicy | undefined;
  const onError = fields.on_error as OnError | undefined;
  const attempts = retry?.attempts ?? 1;
  const badges: [TablerIcon, string, string][] = [];
  if (fields.run_if) badges.push([IconFilterQuestion, t("badge.runIf"), t("badge.runIfHint")]);
  if (attempts > 1) badges.push([IconRefresh, `${attempts}×`, t("badge.retry", { count: attempts })]);
  if (fields.timeout_s) {
    const time = durationText(t, Number(fields.timeout_s));
    badges.push([
      IconClockHour4,
      durationText(t, Number(fields.timeout_s), "short"),
      t("badge.timeout", { time }),
    ]);
  }
  if (fields.cache) {
    const seconds = (fields.cache as Cache).ttl_s ?? 3600;
    badges.push([
      IconDatabaseExport,
      durationText(t, seconds, "short"),
      t("badge.cache", { time: durationText(t, seconds) }),
    ]);
  }
  if (onError?.action === "continue") {
    badges.push([IconArrowBigRightLines, t("badge.continue"), t("badge.continueHint")]);
  }
  return badges.map(([Icon, text, hint]) => (
    <span key={hint} className={classes.badge} title={hint}>
      <Icon size={12} aria-hidden /> {text}
    </span>
  ));
}
