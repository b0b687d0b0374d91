import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { IconKey, IconLanguage, IconList, IconPackage, IconSearch, IconSettings } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { chooseLanguage, LANGUAGES } from "@/i18n/languages";
import { usePaletteGroups } from "@/stores/palette";
import { PLACES } from "./Rail";
import { useFoundThings } from "./useFoundThings";

/** Ctrl/Cmd-K: pages, what is found by name, and whatever commands the open page offers (stores/palette). */
export function CommandPalette() {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [settled] = useDebouncedValue(text, 150);
  const things = useFoundThings(settled);
  const offered = usePaletteGroups((state) => state.groups);
  const pages = useMemo<SpotlightActionGroupData>(
    () => ({
      group: t("palette.pages"),
      actions: [
        ...PLACES.map(({ to, key, icon }) => ({ to, label: t(`nav.${key}`), icon })),
        { to: "/agents/bundles", label: t("palette.bundles"), icon: IconPackage },
        { to: "/agents/bundles/keys", label: t("palette.keys"), icon: IconKey },
        { to: "/nodes?view=list", label: t("palette.nodeList"), icon: IconList },
        { to: "/settings", label: t("nav.settings"), icon: IconSettings },
      ].map(({ to, label, icon: Icon }) => ({
        id: to,
        label,
        leftSection: <Icon size={18} stroke={1.6} />,
        onClick: () => void navigate(to),
      })),
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
      query={text}
      onQueryChange={setText}
      actions={[...Object.values(offered), ...(text.trim() ? things : []), pages, languages]}
      nothingFound={t("palette.empty")}
      shortcut="mod + K"
      scrollable
      maxHeight={420}
      centered={false}
      yOffset="12vh"
      overlayProps={{ blur: 0, backgroundOpacity: 0.4 }}
      highlightQuery
      searchProps={{ leftSection: <IconSearch size={18} />, placeholder: t("palette.placeholder") }}
    />
  );
}
