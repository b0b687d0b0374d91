import { Kbd, Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Command } from "./commands/command";
import { shownKeys } from "./commands/keyboard";
import type { Editor } from "./editor";

/** Commands as entries of a menu, with their keys. */
export function CommandItems({ editor, commands }: { editor: Editor; commands: readonly Command[] }) {
  const { t } = useTranslation("canvas");
  return commands.map((command) => {
    const Icon = command.icon;
    return (
      <Menu.Item
        key={command.id}
        disabled={!(command.enabled?.(editor) ?? true)}
        leftSection={Icon && <Icon size={16} stroke={1.6} />}
        rightSection={<Keys shortcut={command.shortcuts?.[0]} />}
        onClick={() => void command.perform(editor)}
      >
        {t(`command.${command.label}`)}
      </Menu.Item>
    );
  });
}

export function Keys({ shortcut }: { shortcut: string | undefined }) {
  if (!shortcut) return null;
  return (
    <span style={{ display: "inline-flex", gap: 3 }}>
      {shownKeys(shortcut).map((key) => (
        <Kbd key={key} size="xs">
          {key}
        </Kbd>
      ))}
    </span>
  );
}
