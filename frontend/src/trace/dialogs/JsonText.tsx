import { JsonInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  label: string;
  description?: string;
  value: unknown;
  /** The new value, or `undefined` while the text is no JSON. */
  onChange(value: unknown): void;
  error?: string | undefined;
}

/** Any JSON as text; says while it is none. An empty text is null. */
export function JsonText({ label, description, value, onChange, error }: Props) {
  const { t } = useTranslation("trace");
  const [text, setText] = useState(() =>
    value === null || value === undefined ? "" : JSON.stringify(value, null, 2),
  );
  const [wrong, setWrong] = useState("");
  const change = (next: string) => {
    setText(next);
    try {
      onChange(next.trim() === "" ? null : (JSON.parse(next) as unknown));
      setWrong("");
    } catch (problem) {
      onChange(undefined);
      setWrong(t("json.invalid", { reason: problem instanceof Error ? problem.message : "" }));
    }
  };
  return (
    <JsonInput
      label={label}
      description={description}
      value={text}
      onChange={change}
      error={wrong || error}
      autosize
      minRows={3}
      maxRows={14}
      spellCheck={false}
      styles={{ input: { fontFamily: "var(--ac-mono)", fontSize: 12 } }}
    />
  );
}
