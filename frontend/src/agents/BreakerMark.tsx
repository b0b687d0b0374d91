import { Tooltip } from "@mantine/core";
import { IconCircleCheck, IconCircleHalf2, IconPlugConnectedX, type TablerIcon } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { serverWords } from "@/i18n/serverWords";
import type { Breaker, BreakerState } from "@/wire/routing";
import classes from "./Versions.module.css";

const LOOKS: Readonly<Record<BreakerState, { icon: TablerIcon; tone: string }>> = {
  closed: { icon: IconCircleCheck, tone: "green" },
  half_open: { icon: IconCircleHalf2, tone: "amber" },
  open: { icon: IconPlugConnectedX, tone: "red" },
};

/** Whether calls go through, and how many of the last ones failed. */
export function BreakerMark({ breaker }: { breaker: Breaker | undefined }) {
  const { t, i18n } = useTranslation("registry");
  if (!breaker) return <span className={classes.quiet}>{t("breaker.unused")}</span>;
  const { icon: Icon, tone } = LOOKS[breaker.state];
  const rate = breaker.error_rate.toLocaleString(i18n.language, {
    style: "percent",
    maximumFractionDigits: 1,
  });
  return (
    <Tooltip
      label={serverWords("", breaker.reason) || t(`breaker.hint.${breaker.state}`)}
      multiline
      maw={320}
    >
      <span className={classes.mark} data-tone={tone}>
        <Icon size={15} aria-hidden />
        {t(`breaker.state.${breaker.state}`)}
        <span className={classes.quiet}>{t("breaker.rate", { rate, count: breaker.calls })}</span>
      </span>
    </Tooltip>
  );
}
