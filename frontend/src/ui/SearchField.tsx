import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";

interface Props {
  label: string;
  value: string;
  onChange(value: string): void;
  width?: number;
  /** Says how wide it is, instead of `width`. */
  className?: string | undefined;
}

/** A text to look for; told a moment after the last key. */
export function SearchField({ label, value, onChange, width = 220, className }: Props) {
  const [text, setText] = useState(value);
  const send = useDebouncedCallback(onChange, 250);
  useEffect(() => setText(value), [value]);
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={14} />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        send(event.currentTarget.value);
      }}
      {...(className ? { className } : { w: width })}
    />
  );
}
