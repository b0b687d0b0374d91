import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, StreamLanguage } from "@codemirror/language";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { codeTheme } from "@/ui/code/theme";
import classes from "./Contracts.module.css";
import { protobuf } from "./protobuf";
import type { SchemaType } from "./wire";

interface Props {
  text: string;
  type: SchemaType;
  label: string;
  onChange?(text: string): void;
}

const language = (type: SchemaType): Extension =>
  type === "PROTOBUF" ? StreamLanguage.define(protobuf) : json();

/** A schema in CodeMirror, to read or to write. */
export default function SchemaEditor({ text, type, label, onChange }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ text, onChange });
  latest.current.onChange = onChange;
  const writable = onChange !== undefined;

  useEffect(() => {
    if (!host.current) return;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.text,
        extensions: [
          codeTheme(),
          language(type),
          lineNumbers(),
          bracketMatching(),
          history(),
          keymap.of([...historyKeymap, ...defaultKeymap]),
          EditorView.lineWrapping,
          EditorState.readOnly.of(!writable),
          EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (!docChanged) return;
            latest.current.text = state.doc.toString();
            latest.current.onChange?.(latest.current.text);
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [type, label, writable]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || text === editor.state.doc.toString()) return;
    latest.current.text = text;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);

  return <div ref={host} className={classes.code} data-writable={writable || undefined} />;
}
