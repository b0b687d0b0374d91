import { ActionIcon, Menu, Text } from "@mantine/core";
import {
  IconArrowBackUp,
  IconDots,
  IconLock,
  IconPlayerStop,
  IconPlugConnected,
  IconStack2,
  type TablerIcon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useMayOperate } from "@/wire/mayOperate";
import type { Breaker } from "@/wire/routing";
import type { AgentDetail, AgentVersion } from "@/wire/types";
import type { VersionQuestion } from "./VersionDialog";

const ICONS: Readonly<Record<VersionQuestion, TablerIcon>> = {
  deploy: IconStack2,
  rollback: IconArrowBackUp,
  undeploy: IconPlayerStop,
  reset: IconPlugConnected,
  quarantine: IconLock,
};

interface Props {
  agent: AgentDetail;
  version: AgentVersion;
  breaker: Breaker | undefined;
  onAsk(question: VersionQuestion): void;
}

/** What can be done with a version; read-only people see why they cannot. */
export function VersionMenu({ agent, version, breaker, onAsk }: Props) {
  const { t } = useTranslation("registry");
  const { may, why } = useMayOperate("placement.change_deployment");
  const { deployment, runtime = "builtin", bundle_status } = version;
  const others = agent.versions.some((one) => one !== version && (one.deployment?.replicas ?? 0) > 0);
  const offered: readonly [VersionQuestion, boolean][] = [
    ["deploy", runtime !== "remote"],
    ["rollback", others],
    ["undeploy", deployment !== null && deployment !== undefined],
    ["reset", breaker !== undefined && breaker.state !== "closed"],
    ["quarantine", bundle_status === "approved"],
  ];
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={t("version.menu", { version: version.version })}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {offered
          .filter(([, possible]) => possible)
          .map(([question]) => {
            const Icon = ICONS[question];
            return (
              <Menu.Item
                key={question}
                leftSection={<Icon size={15} />}
                disabled={!may}
                {...((question === "undeploy" || question === "quarantine") && { color: "red" })}
                onClick={() => onAsk(question)}
              >
                {question === "deploy" && deployment
                  ? t("version.action.scale")
                  : t(`version.action.${question}`)}
              </Menu.Item>
            );
          })}
        {offered.every(([, possible]) => !possible) && (
          <Text size="xs" c="dimmed" px="sm" py={4}>
            {t("version.nothing")}
          </Text>
        )}
        {why && (
          <Text size="xs" c="dimmed" px="sm" py={4} maw={240}>
            {why}
          </Text>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
