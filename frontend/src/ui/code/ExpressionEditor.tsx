import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  completionKeymap,
  startCompletion,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { EditorState, RangeSetBuilder } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  keymap,
  placeholder as placeholderText,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import { useEffect, useRef } from "react";
import type { Source } from "@/graph/scope";
import classes from "./CodeField.module.css";
import { completeFrom } from "./completions";
import { expressionSpans } from "./template";
import { codeTheme } from "./theme";

interface Props {
  value: string;
  onChange(value: string): void;
  label: string;
  sources: readonly Source[];
  placeholder?: string;
  invalid?: boolean;
  /** Put the cursor here when it appears. */
  autoFocus?: boolean;
  id?: string;
}

const mark = Decoration.mark({ class: classes.expression ?? "" });

/** Colours the `${ … }` parts. */
const spans = ViewPlugin.define(
  (view) => ({
    decorations: marksOf(view),
    update(change: ViewUpdate) {
      if (change.docChanged) this.decorations = marksOf(change.view);
    },
  }),
  { decorations: (plugin) => plugin.decorations },
);

function marksOf(view: EditorView) {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of expressionSpans(view.state.doc.toString())) builder.add(from, to, mark);
  return builder.finish();
}

/** A one-line text with CEL between `${` and `}`; long ones wrap, Enter does not break the line. */
export default function ExpressionEditor({
  value,
  onChange,
  label,
  sources,
  placeholder,
  invalid,
  autoFocus,
  id,
}: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ onChange, sources, value });
  latest.current = { onChange, sources, value };

  useEffect(() => {
    if (!host.current) return;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          codeTheme(),
          spans,
          history(),
          closeBrackets(),
          autocompletion({ override: [completeFrom(() => latest.current.sources)], icons: false }),
          keymap.of([
            { key: "Tab", run: acceptCompletion },
            ...completionKeymap,
            ...historyKeymap,
            ...defaultKeymap,
          ]),
          EditorState.transactionFilter.of((transaction) =>
            transaction.newDoc.lines > 1 ? [] : transaction,
          ),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label }),
          placeholderText(placeholder ?? ""),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    if (autoFocus) focusInside(editor);
    return () => editor.destroy();
  }, [autoFocus, label, placeholder]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  return <div ref={host} id={id} className={classes.field} data-invalid={invalid || undefined} />;
}

/** Into the first empty `${ }`, and offer what can stand there. */
function focusInside(editor: EditorView): void {
  const text = editor.state.doc.toString();
  const empty = /\$\{\s*\}/.exec(text);
  editor.focus();
  editor.dispatch({ selection: { anchor: empty ? empty.index + 3 : text.length } });
  if (empty) startCompletion(editor);
}
