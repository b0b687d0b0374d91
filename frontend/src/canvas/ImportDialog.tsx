import { Button, FileButton, Group, Modal, SegmentedControl, Textarea } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { parseGraph } from "@/graph/clipboard";
import { toDraft } from "@/graph/model";
import type { Editor } from "./editor";
import { FIT } from "./keepInView";
import { pasteGraph } from "./pasteText";

/** A workflow from its document: in place of this one (undoable), or added to it. */
export default function ImportDialog({ editor, onClose }: { editor: Editor; onClose(): void }) {
  const { t } = useTranslation(["canvas", "app"]);
  const [text, setText] = useState("");
  const [how, setHow] = useState("replace");
  const graph = text.trim() === "" ? undefined : parseGraph(text);
  const wrong = text.trim() !== "" && !graph;
  const take = () => {
    if (!graph) return;
    if (how === "replace") editor.document().change(() => toDraft(graph));
    else pasteGraph(editor, graph);
    requestAnimationFrame(() => void editor.flow.fitView(FIT));
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={t("import.title")} size={620}>
      <Textarea
        label={t("import.text")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={wrong ? t("import.wrong") : undefined}
        autosize
        minRows={8}
        maxRows={18}
        data-autofocus
        styles={{ input: { fontFamily: "var(--ac-mono)" } }}
      />
      <Group mt="md" justify="space-between">
        <FileButton accept=".json,application/json" onChange={(file) => void file?.text().then(setText)}>
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconUpload size={14} />}>
              {t("import.file")}
            </Button>
          )}
        </FileButton>
        <SegmentedControl
          value={how}
          onChange={setHow}
          data={[
            { value: "replace", label: t("import.replace") },
            { value: "add", label: t("import.add") },
          ]}
        />
      </Group>
      <Group mt="lg" justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("app:action.cancel")}
        </Button>
        <Button disabled={!graph} onClick={take}>
          {t("import.do", { count: graph?.nodes?.length ?? 0 })}
        </Button>
      </Group>
    </Modal>
  );
}
