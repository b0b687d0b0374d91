/** The languages of the page; a code is a BCP 47 tag and the name of its folder beside this file; `words` find it. */
export const LANGUAGES = [
  { code: "en", name: "English", words: "language 语言 英文 yingwen" },
  { code: "zh-Hans", name: "简体中文", words: "language 语言 chinese zhongwen" },
] as const;

export type Language = (typeof LANGUAGES)[number]["code"];

/** The choice is kept where the login page and the admin panel read it, too (Django's `LANGUAGE_COOKIE_NAME`). */
const COOKIE = "django_language";
const YEAR_S = 365 * 86_400;

/** The language of ours that a tag such as `zh-CN` asks for. Any Chinese is nearer to ours than English is. */
export function languageOf(tag: string): Language | undefined {
  const wanted = tag.toLowerCase().split("-")[0];
  return LANGUAGES.find(({ code }) => code.split("-")[0] === wanted)?.code;
}

/** The language chosen on this computer, else the browser's when we have it, else English. */
export function preferredLanguage(): Language {
  const chosen = new RegExp(`(?:^|; )${COOKIE}=([^;]*)`).exec(document.cookie)?.[1] ?? "";
  for (const tag of [chosen, ...navigator.languages]) {
    const found = tag && languageOf(tag);
    if (found) return found;
  }
  return "en";
}

/** Remember the choice for this page, the login page and the admin panel; the page is loaded again in it. */
export function chooseLanguage(language: Language): void {
  const secure = location.protocol === "https:" ? "; secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is younger than the browsers we support
  document.cookie = `${COOKIE}=${language.toLowerCase()}; path=/; max-age=${YEAR_S}; samesite=lax${secure}`;
  location.reload();
}
