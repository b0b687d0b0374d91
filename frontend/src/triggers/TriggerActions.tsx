import { ActionIcon, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { IconDots, IconFlask, IconKey, IconPencil, IconTrash, IconUserShare } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/wire/queries";
import { TryDialog } from "./TryDialog";
import { type Trigger, useDeleteTrigger, useRotateSecret, useUpdateTrigger } from "./wire";

interface Props {
  trigger: Trigger;
  mayEdit: boolean;
  onEdit(): void;
  onSecret(secret: string): void;
}

/** Edit, try, rotate the secret, take over, delete. */
export function TriggerActions({ trigger, mayEdit, onEdit, onSecret }: Props) {
  const { t } = useTranslation(["triggers", "app"]);
  const [trying, { open, close }] = useDisclosure(false);
  const me = useMe().data?.username;
  const update = useUpdateTrigger(trigger.id);
  const rotate = useRotateSecret(trigger.id);
  const remove = useDeleteTrigger(trigger.id);
  const onError = (error: Error) =>
    notifications.show({ message: error.message, color: "red", withBorder: true });
  const signed = trigger.kind === "webhook" && trigger.config.signature === "standard";
  const askDelete = () =>
    modals.openConfirmModal({
      title: t("deleting.title", { name: trigger.name }),
      children: t("deleting.text"),
      labels: { confirm: t("deleting.do"), cancel: t("app:action.cancel") },
      confirmProps: { color: "red" },
      onConfirm: () => remove.mutate(undefined, { onError }),
    });
  const askRotate = () =>
    modals.openConfirmModal({
      title: t("rotating.title"),
      children: t("rotating.text"),
      labels: { confirm: t("rotating.do"), cancel: t("app:action.cancel") },
      onConfirm: () => rotate.mutate(undefined, { onError, onSuccess: ({ secret }) => onSecret(secret) }),
    });
  return (
    <>
      <Menu position="bottom-end" width={210}>
        <Menu.Target>
          <ActionIcon aria-label={t("actionsOf", { name: trigger.name })}>
            <IconDots size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconFlask size={16} />} onClick={open}>
            {t("try.open")}
          </Menu.Item>
          {mayEdit && (
            <Menu.Item leftSection={<IconPencil size={16} />} onClick={onEdit}>
              {t("edit")}
            </Menu.Item>
          )}
          {mayEdit && signed && (
            <Menu.Item leftSection={<IconKey size={16} />} onClick={askRotate}>
              {t("rotate")}
            </Menu.Item>
          )}
          {mayEdit && me !== undefined && trigger.run_as !== me && (
            <Menu.Item
              leftSection={<IconUserShare size={16} />}
              onClick={() => update.mutate({ take_over: true }, { onError })}
            >
              {t("takeOver")}
            </Menu.Item>
          )}
          {mayEdit && <Menu.Divider />}
          {mayEdit && (
            <Menu.Item color="var(--ac-red)" leftSection={<IconTrash size={16} />} onClick={askDelete}>
              {t("delete")}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {trying && <TryDialog trigger={trigger} onClose={close} />}
    </>
  );
}
