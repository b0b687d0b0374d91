import { Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { formatMoment, formatRelative } from "./duration";
import { useNow } from "./useNow";

/** "3 minutes ago", with the exact moment on hover. */
export function RelativeTime({ at, now }: { at: string | number; now?: number }) {
  const { i18n } = useTranslation();
  const clock = useNow(now === undefined, 15_000);
  const moment = new Date(at).getTime();
  return (
    <Tooltip label={formatMoment(moment, i18n.language)}>
      <time dateTime={new Date(at).toISOString()}>{formatRelative(moment, now ?? clock, i18n.language)}</time>
    </Tooltip>
  );
}
