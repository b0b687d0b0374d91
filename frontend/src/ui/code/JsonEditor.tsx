import { closeBrackets } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { bracketMatching } from "@codemirror/language";
import { linter } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { useEffect, useRef } from "react";
import classes from "./CodeField.module.css";
import { codeTheme } from "./theme";

interface Props {
  /** Any JSON value. */
  value: unknown;
  /** Called with each text that is sound JSON. */
  onChange(value: unknown): void;
  /** Told with each change whether the text is sound JSON. */
  onSound?(sound: boolean): void;
  label: string;
  invalid?: boolean;
}

const shown = (value: unknown) => (value === undefined ? "" : JSON.stringify(value, null, 2));

/** Any JSON, checked while it is typed. */
export default function JsonEditor({ value, onChange, onSound, label, invalid }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ onChange, onSound, value });
  latest.current.onChange = onChange;
  latest.current.onSound = onSound;

  useEffect(() => {
    if (!host.current) return;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: shown(latest.current.value),
        extensions: [
          codeTheme(),
          json(),
          linter((target) => (target.state.doc.length === 0 ? [] : jsonParseLinter()(target))),
          bracketMatching(),
          closeBrackets(),
          history(),
          keymap.of([...historyKeymap, ...defaultKeymap]),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label }),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (!docChanged) return;
            const parsed = parse(state.doc.toString());
            latest.current.onSound?.(parsed !== undefined);
            if (!parsed) return;
            latest.current.value = parsed.value;
            latest.current.onChange(parsed.value);
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [label]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || JSON.stringify(value) === JSON.stringify(latest.current.value)) return;
    latest.current.value = value;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: shown(value) } });
  }, [value]);

  return (
    <div ref={host} className={`${classes.field} ${classes.code}`} data-invalid={invalid || undefined} />
  );
}

function parse(text: string): { value: unknown } | undefined {
  if (text.trim() === "") return { value: undefined };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
