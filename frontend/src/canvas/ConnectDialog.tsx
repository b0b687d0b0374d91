import { Button, Group, Modal, Select } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { refusal } from "@/graph/connect";
import { allPorts } from "@/graph/ports";
import type { Editor } from "./editor";
import { focusNode } from "./focusNode";
import { connect } from "./place";

/** Which step comes after the selected one: the way to draw an edge with the keyboard. */
export default function ConnectDialog({ editor, onClose }: { editor: Editor; onClose(): void }) {
  const { t } = useTranslation(["canvas", "app"]);
  const { draft } = editor.document();
  const [source = ""] = editor.view().nodes;
  const kind = draft.structure.nodes.find((node) => node.id === source)?.kind;
  const ports = kind ? allPorts(kind, draft.fields[source]) : [];
  const [port, setPort] = useState(ports[0] ?? "out");
  const [target, setTarget] = useState<string | null>(null);
  const catalogue = editor.catalogue();
  const targets = draft.structure.nodes
    .filter((node) => refusal(draft, { source, port, target: node.id }, catalogue) === undefined)
    .map((node) => ({ value: node.id, label: editor.titleOf(node.id) }));
  const done = () => {
    onClose();
    focusNode(source);
  };
  const submit = () => {
    if (target && connect(editor, { source, port, target })) done();
  };
  return (
    <Modal
      opened
      closeButtonProps={{ "aria-label": t("app:action.close") }}
      onClose={done}
      title={t("connect.title", { step: editor.titleOf(source) })}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {ports.length > 1 && (
          <Select
            label={t("connect.port")}
            data={ports.map((value) => ({ value, label: t(`port.${value}`, { defaultValue: value }) }))}
            value={port}
            allowDeselect={false}
            onChange={(value) => value && setPort(value)}
            mb="sm"
          />
        )}
        <Select
          label={t("connect.target")}
          data={targets}
          value={target}
          onChange={setTarget}
          searchable
          data-autofocus
          nothingFoundMessage={t("connect.none")}
          {...(targets.length === 0 && { description: t("connect.none") })}
        />
        <Group justify="flex-end" mt="md">
          <Button type="submit" disabled={!target}>
            {t("connect.yes")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
