import { Button, FileButton, Group, Modal, SegmentedControl, Textarea } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { parseGraph } from "@/graph/clipboard";
import type { Graph } from "@/graph/model";
import { placedDraft } from "@/graph/placed";
import { useSaving } from "@/stores/saving";
import { readDocument } from "@/wire/documents";
import { ApiProblem } from "@/wire/problem";
import type { Editor } from "./editor";
import { FIT } from "./keepInView";
import { pasteGraph } from "./pasteText";

const ACCEPTED = ".json,.yaml,.yml,application/json,application/yaml";

/** A workflow from its document: in place of this one (undoable), or added to it. */
export default function ImportDialog({ editor, onClose }: { editor: Editor; onClose(): void }) {
  const { t } = useTranslation(["canvas", "app"]);
  const [text, setText] = useState("");
  const [how, setHow] = useState("replace");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState("");
  const empty = text.trim() === "";
  const drawn = empty ? undefined : parseGraph(text);
  const write = (next: string) => {
    setText(next);
    setRefusal("");
  };
  /** What the page cannot read itself (YAML, documents with more than a graph) the server reads. */
  const read = async () => {
    setBusy(true);
    try {
      take(drawn ?? (await readDocument(text, useSaving.getState().project)));
    } catch (error) {
      setRefusal(error instanceof ApiProblem ? error.message : t("import.wrong"));
    } finally {
      setBusy(false);
    }
  };
  const take = (graph: Graph) => {
    if (how === "replace") editor.document().change(() => placedDraft(graph));
    else pasteGraph(editor, graph);
    requestAnimationFrame(() => void editor.flow.fitView(FIT));
    onClose();
  };
  return (
    <Modal
      opened
      closeButtonProps={{ "aria-label": t("app:action.close") }}
      onClose={onClose}
      title={t("import.title")}
      size={620}
    >
      <Textarea
        label={t("import.text")}
        value={text}
        onChange={(event) => write(event.currentTarget.value)}
        error={refusal || undefined}
        autosize
        minRows={8}
        maxRows={18}
        data-autofocus
        styles={{ input: { fontFamily: "var(--ac-mono)" } }}
      />
      <Group mt="md" justify="space-between">
        <FileButton accept={ACCEPTED} onChange={(file) => void file?.text().then(write)}>
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
        <Button disabled={empty} loading={busy} onClick={() => void read()}>
          {t("import.do", { count: drawn?.nodes?.length ?? 0 })}
        </Button>
      </Group>
    </Modal>
  );
}
