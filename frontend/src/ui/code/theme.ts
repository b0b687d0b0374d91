import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { type Extension, Prec } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { cspNonce } from "@/ui/nonce";

const look = EditorView.theme({
  "&": { color: "var(--ac-text)", backgroundColor: "transparent", fontSize: "12px" },
  "&.cm-focused": { outline: "none" },
  ".cm-content": { fontFamily: "var(--ac-mono)", caretColor: "var(--ac-text)", padding: "0" },
  ".cm-scroller": { fontFamily: "var(--ac-mono)", lineHeight: "1.55" },
  ".cm-cursor": { borderLeftColor: "var(--ac-text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--ac-accent) 25%, transparent)",
  },
  ".cm-gutters": { background: "transparent", color: "var(--ac-text-3)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { background: "transparent" },
  ".cm-tooltip": {
    background: "var(--ac-surface-raised)",
    color: "var(--ac-text)",
    border: "1px solid var(--ac-border-strong)",
    borderRadius: "7px",
    boxShadow: "var(--ac-shadow-lifted)",
    overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "var(--ac-mono)",
    fontSize: "12px",
    maxHeight: "240px",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 10px", lineHeight: "1.5" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    background: "var(--ac-accent-soft)",
    color: "var(--ac-text)",
  },
  ".cm-completionDetail": { color: "var(--ac-text-3)", fontStyle: "normal", marginLeft: "12px" },
  ".cm-completionMatchedText": { color: "var(--ac-accent-text)", textDecoration: "none", fontWeight: "600" },
  ".cm-placeholder": { color: "var(--ac-placeholder)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--ac-red)" },
  ".cm-matchingBracket": { background: "var(--ac-active)", outline: "none" },
});

const colours = HighlightStyle.define([
  { tag: tags.string, color: "var(--ac-green)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--ac-amber)" },
  { tag: [tags.propertyName], color: "var(--ac-accent-text)" },
  { tag: tags.keyword, color: "var(--ac-violet)" },
]);

/** How every code field looks; with the page's CSP nonce for its styles. */
export function codeTheme(): Extension {
  return [Prec.low(look), syntaxHighlighting(colours), EditorView.cspNonce.of(cspNonce())];
}
