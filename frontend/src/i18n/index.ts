import i18next, { type Resource } from "i18next";
import { initReactI18next } from "react-i18next";
import { type Language, preferredLanguage } from "./languages";

type Catalogue = Record<string, unknown>;

/** One JSON file per area and language: `./en/canvas.json` is the namespace `canvas`. Only those of one language load. */
const files = import.meta.glob<Catalogue>("./*/*.json", { import: "default" });

async function load(language: Language): Promise<Resource> {
  const paths = Object.keys(files).filter((path) => path.startsWith(`./${language}/`));
  const areas = await Promise.all(
    paths.map(async (path) => [path.slice(`./${language}/`.length, -".json".length), await files[path]?.()]),
  );
  return { [language]: Object.fromEntries(areas) };
}

/** Load the catalogue of `language` and make it the page's. */
export async function startI18n(language: Language = preferredLanguage()): Promise<void> {
  document.documentElement.lang = language;
  await i18next.use(initReactI18next).init({
    lng: language,
    load: "currentOnly",
    fallbackLng: false,
    defaultNS: "app",
    resources: await load(language),
    interpolation: { escapeValue: false },
    returnNull: false,
  });
}
