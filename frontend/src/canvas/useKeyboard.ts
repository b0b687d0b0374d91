import { useEffect } from "react";
import { COMMANDS } from "./commands";
import type { Command } from "./commands/command";
import { findCommand, isTyping } from "./commands/keyboard";
import { paste } from "./commands/paste";
import type { Editor } from "./editor";
import { pasteText } from "./pasteText";

/** These work while a field has the keys, too. */
const EVERYWHERE: ReadonlySet<string> = new Set(["save", "run"]);

/** The designer's keys. Paste comes as the browser's own event, which brings the text without asking. */
export function useKeyboard(editor: Editor): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const command = findCommand(COMMANDS, event);
      if (!command || command === paste || !isOurs(event, command)) return;
      if (!(command.enabled?.(editor) ?? true)) return;
      event.preventDefault();
      void command.perform(editor);
    };
    const onPaste = (event: ClipboardEvent) => {
      if (isTyping(event.target)) return;
      const text = event.clipboardData?.getData("text/plain");
      if (text) pasteText(editor, text);
    };
    window.addEventListener("keydown", onKeyDown);
    window.addEventListener("paste", onPaste);
    return () => {
      window.removeEventListener("keydown", onKeyDown);
      window.removeEventListener("paste", onPaste);
    };
  }, [editor]);
}

function isOurs(event: KeyboardEvent, command: Command): boolean {
  if (document.querySelector("[role=dialog][aria-modal=true]")) return false;
  if (isTyping(event.target)) return EVERYWHERE.has(command.id);
  if (command.id.startsWith("nudge"))
    return !inside(event.target, ".react-flow__node, [role=tablist], [role=menu]");
  if (command.id === "clearSelection") return !inside(event.target, "[role=menu], [role=listbox]");
  if (command.id === "copy" || command.id === "cut") return !window.getSelection()?.toString();
  return true;
}

function inside(target: EventTarget | null, selector: string): boolean {
  return target instanceof Element && target.closest(selector) !== null;
}
