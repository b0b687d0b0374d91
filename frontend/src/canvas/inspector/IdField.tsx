import { TextInput } from "@mantine/core";
import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { renameNode } from "@/graph/edit";
import { isValidId } from "@/graph/identifiers";
import { useDocument } from "@/stores/document";
import { useView } from "@/stores/view";
import { Frame } from "@/ui/form/Field";
import type { NodeForm } from "./useNode";

/** The step's id, which expressions use; they follow when it is changed. */
export function IdField({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  const id = useId();
  const [text, setText] = useState(form.id);
  useEffect(() => setText(form.id), [form.id]);
  const taken = useDocument((state) => text !== form.id && text in state.draft.fields);
  const problem = !isValidId(text) ? t("field.idBad") : taken ? t("field.idTaken") : form.problems.get("/id");
  const commit = () => {
    if (text === form.id) return;
    if (!isValidId(text) || taken) {
      setText(form.id);
      return;
    }
    useDocument.getState().change((draft) => renameNode(draft, form.id, text));
    const { tab, select, show } = useView.getState();
    select([text]);
    show({ tab });
  };
  return (
    <Frame
      id={id}
      label={t("field.id")}
      pointer="/id"
      description={t("field.idHint", { id: form.id })}
      {...(problem && { problem })}
    >
      <TextInput
        id={id}
        value={text}
        error={problem !== undefined}
        classNames={{ input: "mono" }}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
          if (event.key === "Escape") setText(form.id);
        }}
      />
    </Frame>
  );
}
