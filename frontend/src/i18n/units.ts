import i18next from "i18next";

interface Units {
  readonly s: string;
  readonly min: string;
  readonly h: string;
  readonly d: string;
}

const INTERNATIONAL: Units = { s: " s", min: " min", h: " h", d: " d" };
const CHINESE: Units = { s: " 秒", min: " 分", h: " 小时", d: " 天" };

/** What is written after a number of seconds, minutes, hours or days; milliseconds are `ms` in every language. */
export function spanUnits(): Units {
  return i18next.language?.startsWith("zh") ? CHINESE : INTERNATIONAL;
}
