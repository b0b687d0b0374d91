import { ActionIcon, Button, Group, Menu, Modal, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import {
  IconBolt,
  IconCopyPlus,
  IconCursorText,
  IconDots,
  IconPlayerPlay,
  IconTrash,
} from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { createWorkflow, getWorkflow, updateWorkflow } from "@/wire/api";
import { keys } from "@/wire/queries";
import type { Workflow } from "@/wire/types";
import { DeleteDialog } from "./DeleteDialog";

/** The ways to its runs and triggers; rename, duplicate, delete. */
export function WorkflowActions({ workflow }: { workflow: Workflow }) {
  const { t } = useTranslation(["workflows", "app"]);
  const [renaming, { open, close }] = useDisclosure(false);
  const [deleting, deletion] = useDisclosure(false);
  const duplicate = useDuplicate(workflow);
  return (
    <>
      <Menu position="bottom-end" width={180}>
        <Menu.Target>
          <ActionIcon aria-label={t("actionsOf", { title: workflow.title })}>
            <IconDots size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            component={Link}
            to={`/runs?workflow=${workflow.id}`}
            leftSection={<IconPlayerPlay size={16} />}
          >
            {t("app:nav.runs")}
          </Menu.Item>
          <Menu.Item
            component={Link}
            to={`/workflows/${workflow.id}/triggers`}
            leftSection={<IconBolt size={16} />}
          >
            {t("triggers")}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item leftSection={<IconCursorText size={16} />} onClick={open}>
            {t("rename")}
          </Menu.Item>
          <Menu.Item leftSection={<IconCopyPlus size={16} />} onClick={() => duplicate.mutate()}>
            {t("duplicate")}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="var(--ac-red)" leftSection={<IconTrash size={16} />} onClick={deletion.open}>
            {t("delete")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {renaming && <Rename workflow={workflow} onClose={close} />}
      {deleting && <DeleteDialog workflow={workflow} onClose={deletion.close} />}
    </>
  );
}

function useDuplicate(workflow: Workflow) {
  const { t } = useTranslation("workflows");
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const { draft, description, project } = await getWorkflow(workflow.id);
      const title = t("copyOf", { title: workflow.title });
      return createWorkflow({ title, description, project: project.slug, graph: draft.graph });
    },
    onSuccess: ({ title }) =>
      notifications.show({ message: t("duplicated", { title }), color: "accent", withBorder: true }),
    onError: (error) => notifications.show({ message: error.message, color: "red", withBorder: true }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.workflows }),
  });
}

function Rename({ workflow, onClose }: { workflow: Workflow; onClose(): void }) {
  const { t } = useTranslation(["workflows", "app"]);
  const client = useQueryClient();
  const [title, setTitle] = useState(workflow.title);
  const rename = useMutation({
    mutationFn: () => updateWorkflow(workflow.id, { title: title.trim() }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.workflows });
      onClose();
    },
  });
  return (
    <Modal
      opened
      closeButtonProps={{ "aria-label": t("app:action.close") }}
      onClose={onClose}
      title={t("renaming.title")}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate();
        }}
      >
        <TextInput
          label={t("renaming.label")}
          value={title}
          maxLength={200}
          onChange={(event) => setTitle(event.currentTarget.value)}
          error={rename.error?.message}
          data-autofocus
        />
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={onClose}>
            {t("app:action.cancel")}
          </Button>
          <Button type="submit" disabled={!title.trim()} loading={rename.isPending}>
            {t("renaming.do")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
