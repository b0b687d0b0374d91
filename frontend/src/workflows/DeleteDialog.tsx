import { Button, Group, List, Modal, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { deleteWorkflow } from "@/wire/api";
import { isProblem } from "@/wire/problem";
import { keys } from "@/wire/queries";
import type { Workflow } from "@/wire/types";
import { type Uses, usesOf } from "./uses";

interface Props {
  workflow: Workflow;
  onClose(): void;
}

/** Asks, then deletes. A workflow that runs inside others stays while runs need it, else goes when that is meant. */
export function DeleteDialog({ workflow, onClose }: Props) {
  const { t } = useTranslation(["workflows", "app"]);
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: (force: boolean) => deleteWorkflow(workflow.id, force),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: keys.workflows }),
  });
  const uses = isProblem(remove.error, "workflow_in_use") ? usesOf(remove.error) : null;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("deleting.title", { title: workflow.title })}
      closeButtonProps={{ "aria-label": t("app:action.close") }}
    >
      {uses ? <InUse uses={uses} /> : <Text size="sm">{t("deleting.text")}</Text>}
      {remove.error && !uses && (
        <Text size="sm" c="var(--ac-red)" mt="sm" role="alert">
          {remove.error.message}
        </Text>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          {t("app:action.cancel")}
        </Button>
        {(!uses || uses.forcible) && (
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate(uses !== null)}>
            {uses ? t("inUse.force") : t("deleting.do")}
          </Button>
        )}
      </Group>
    </Modal>
  );
}

function InUse({ uses }: { uses: Uses }) {
  const { t } = useTranslation("workflows");
  return (
    <div role="alert">
      <Text size="sm">{t("inUse.text")}</Text>
      <List size="sm" my="sm">
        {uses.usedBy.map(({ workflow, title, version, openRuns }) => (
          <List.Item key={`${workflow}/${version}`}>
            <Link to={`/workflows/${workflow}`}>{title}</Link>{" "}
            {version === null ? t("inUse.draft") : t("inUse.version", { number: version })}
            {openRuns > 0 && ` · ${t("inUse.goesOn", { count: openRuns })}`}
          </List.Item>
        ))}
      </List>
      <Text size="sm">{uses.forcible ? t("inUse.published") : t("inUse.needed")}</Text>
    </div>
  );
}
