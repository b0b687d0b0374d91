import { Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { IconLanguage, IconSearch, IconSettings } from "@tabler/icons-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { chooseLanguage, LANGUAGES } from "@/i18n/languages";
import { usePaletteGroups } from "@/stores/palette";
import { PLACES } from "./Rail";

/** Ctrl/Cmd-K: pages, and whatever commands the open page offers (stores/palette). */
export function CommandPalette() {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const offered = usePaletteGroups((state) => state.groups);
  const pages = useMemo<SpotlightActionGroupData>(
    () => ({
      group: t("palette.pages"),
      actions: [...PLACES, { to: "/settings", key: "settings", icon: IconSettings } as const].map(
        ({ to, key, icon: Icon }) => ({
          id: to,
          label: t(`nav.${key}`),
          leftSection: <Icon size={18} stroke={1.6} />,
          onClick: () => void navigate(to),
        }),
      ),
    }),
    [t, navigate],
  );
  const languages = useMemo<SpotlightActionGroupData>(
    () => ({
      group: t("palette.language"),
      actions: LANGUAGES.filter(({ code }) => code !== i18n.language).map(({ code, name, words }) => ({
        id: `language-${code}`,
        label: name,
        keywords: words,
        leftSection: <IconLanguage size={18} stroke={1.6} />,
        onClick: () => chooseLanguage(code),
      })),
    }),
    [t, i18n.language],
  );
  return (
    <Spotlight
      actions={[...Object.values(offered), pages, languages]}
      nothingFound={t("palette.empty")}
      shortcut="mod + K"
      scrollable
      maxHeight={420}
      highlightQuery
      searchProps={{ leftSection: <IconSearch size={18} />, placeholder: t("palette.placeholder") }}
    />
  );
}
