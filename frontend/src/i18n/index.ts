import i18next, { type Resource } from "i18next";
import { initReactI18next } from "react-i18next";

type Catalogue = Record<string, unknown>;

/** One JSON file per area and language: `./en/canvas.json` is the namespace `canvas`. */
const files = import.meta.glob<Catalogue>("./*/*.json", { import: "default" });

export const LANGUAGES = [{ code: "en", name: "English" }] as const;
const STORAGE_KEY = "ac-language";

/** The language chosen in the settings, else the browser's when we have it, else English. */
export function preferredLanguage(): string {
  const wanted = [localStorage.getItem(STORAGE_KEY), ...navigator.languages];
  const known = LANGUAGES.map((language): string => language.code);
  return wanted.map((tag) => tag?.split("-")[0] ?? "").find((code) => known.includes(code)) ?? "en";
}

async function load(language: string): Promise<Resource> {
  const paths = Object.keys(files).filter((path) => path.startsWith(`./${language}/`));
  const areas = await Promise.all(
    paths.map(async (path) => [path.slice(`./${language}/`.length, -".json".length), await files[path]?.()]),
  );
  return { [language]: Object.fromEntries(areas) };
}

/** Load the catalogue of `language` and make it the page's. */
export async function startI18n(language = preferredLanguage()): Promise<void> {
  document.documentElement.lang = language;
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: "en",
    defaultNS: "app",
    resources: await load(language),
    interpolation: { escapeValue: false },
    returnNull: false,
  });
}

/** Remember the choice; the page is loaded again in the new language. */
export function chooseLanguage(language: string): void {
  localStorage.setItem(STORAGE_KEY, language);
  location.reload();
}
