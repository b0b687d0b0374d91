import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Keys } from "@/canvas/CommandItems";
import { isTerminal } from "@/graph/run";
import { again } from "./again";
import { cancel } from "./cancel";
import type { RunCommand, RunContext } from "./command";
import { continueAsNew } from "./continueAsNew";
import { fork } from "./fork";
import { newest } from "./newest";
import { pause } from "./pause";
import { resume } from "./resume";
import { retry } from "./retry";
import { signal } from "./signal";
import { terminate } from "./terminate";
import type { RunControl } from "./useRunCommands";

/** What one most likely wants stands as buttons, the rest in a menu; what cannot be done says why. */
export function RunControls({ control: { context } }: { control: RunControl }) {
  const { t } = useTranslation("trace");
  const { status } = context.view;
  const over = isTerminal(status);
  const main = over ? again : status === "paused" ? resume : null;
  const second = over ? (retry.blocked(context) ? null : retry) : status === "paused" ? null : pause;
  return (
    <>
      {second && <CommandButton command={second} context={context} />}
      {!over && <CommandButton command={cancel} context={context} />}
      {main && <CommandButton command={main} context={context} primary />}
      <Menu position="bottom-end" width={300}>
        <Menu.Target>
          <ActionIcon variant="default" size="input-sm" aria-label={t("control.more")} data-testid="run-menu">
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {(over ? [fork, newest] : [signal, fork, again, newest, continueAsNew]).map((command) => (
            <CommandItem key={command.id} command={command} context={context} />
          ))}
          {over && retry.blocked(context) && <CommandItem command={retry} context={context} />}
          {!over && <Menu.Divider />}
          {!over && <CommandItem command={terminate} context={context} />}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

interface Props {
  command: RunCommand;
  context: RunContext;
}

function CommandButton({ command, context, primary }: Props & { primary?: boolean }) {
  const { t } = useTranslation("trace");
  const blocked = command.blocked(context);
  return (
    <Tooltip
      label={blocked ? t(`control.why.${blocked}`) : t(`control.hint.${command.id}`)}
      maw={320}
      multiline
    >
      <Button
        variant={primary ? "filled" : "default"}
        leftSection={<command.icon size={15} />}
        onClick={() => !blocked && command.perform(context)}
        data-disabled={blocked !== null || undefined}
        aria-disabled={blocked !== null}
        data-testid={`${command.id}-run`}
      >
        {t(`control.${command.id}`)}
      </Button>
    </Tooltip>
  );
}

function CommandItem({ command, context }: Props) {
  const { t } = useTranslation("trace");
  const blocked = command.blocked(context);
  return (
    <Tooltip
      label={blocked ? t(`control.why.${blocked}`) : t(`control.hint.${command.id}`)}
      maw={320}
      multiline
      position="left"
    >
      <Menu.Item
        leftSection={<command.icon size={16} stroke={1.7} />}
        rightSection={<Keys shortcut={command.shortcut} />}
        color={command.danger ? "var(--ac-red)" : undefined}
        aria-disabled={blocked !== null}
        data-disabled={blocked !== null || undefined}
        closeMenuOnClick={blocked === null}
        onClick={() => !blocked && command.perform(context)}
        data-testid={`${command.id}-run`}
      >
        {t(`control.${command.id}`)}
      </Menu.Item>
    </Tooltip>
  );
}
