import { ActionIcon, Group, Menu, Text } from "@mantine/core";
import {
  IconArrowsExchange,
  IconDots,
  IconFileText,
  IconPlayerStop,
  IconRefresh,
  type TablerIcon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { InstanceCommand } from "@/wire/cluster";
import { useMayOperate, useMayReadLogs } from "@/wire/mayOperate";
import type { InstanceRow } from "./rows";

const COMMANDS: readonly { command: InstanceCommand; icon: TablerIcon }[] = [
  { command: "restart", icon: IconRefresh },
  { command: "migrate", icon: IconArrowsExchange },
  { command: "stop", icon: IconPlayerStop },
];

/** An instance's log, and what can be asked of it. */
export function InstanceMenu({
  row,
  onAsk,
}: {
  row: InstanceRow;
  onAsk(what: "logs" | InstanceCommand): void;
}) {
  const { t } = useTranslation("instances");
  const { may, why } = useMayOperate();
  const mayRead = useMayReadLogs();
  return (
    <Group gap={2} wrap="nowrap" justify="flex-end">
      <ActionIcon
        onClick={() => onAsk("logs")}
        disabled={!mayRead}
        aria-label={t("log.open", { instance: row.instance })}
        title={mayRead ? t("log.show") : why}
      >
        <IconFileText size={16} />
      </ActionIcon>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={t("menu", { instance: row.instance })}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {COMMANDS.map(({ command, icon: Icon }) => (
            <Menu.Item
              key={command}
              leftSection={<Icon size={15} />}
              disabled={!may}
              {...(command === "stop" && { color: "red" })}
              onClick={() => onAsk(command)}
            >
              {t(`command.${command}`)}
            </Menu.Item>
          ))}
          {why && (
            <Text size="xs" c="dimmed" px="sm" py={4} maw={240}>
              {why}
            </Text>
          )}
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
