import { SegmentedControl, Textarea } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Frame } from "@/ui/form/Field";
import type { NodeForm } from "./useNode";

const COLOURS = ["gray", "blue", "green", "amber", "red", "violet"] as const;

export function NoteSettings({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  const id = useId();
  return (
    <Frame id={id} label={t("field.text")} pointer="/text">
      <Textarea
        id={id}
        autosize
        minRows={4}
        maxRows={16}
        value={String(form.fields.text ?? "")}
        placeholder={t("note.empty")}
        onChange={(event) => form.set({ text: event.currentTarget.value })}
      />
    </Frame>
  );
}

export function GroupSettings({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  const id = useId();
  return (
    <Frame id={id} label={t("field.colour")} pointer="/colour">
      <SegmentedControl
        id={id}
        fullWidth
        value={String(form.fields.colour ?? "gray")}
        data={COLOURS.map((value) => ({ value, label: t(`colour.${value}`) }))}
        onChange={(colour) => form.set({ colour })}
      />
    </Frame>
  );
}
