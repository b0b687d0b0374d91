import type { Command } from "./command";

const MAC = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

/** Whether a key press is the shortcut, like `mod+Shift+Z`. `mod` is Cmd on Apple's machines, Ctrl elsewhere. */
export function matches(shortcut: string, event: KeyboardEvent): boolean {
  const parts = shortcut === "mod++" ? ["mod", "+"] : shortcut.split("+");
  const key = parts.at(-1) ?? "";
  const wants = (name: string) => parts.slice(0, -1).includes(name);
  const mod = MAC ? event.metaKey : event.ctrlKey;
  const plain = key.length === 1 && !/[a-z0-9]/i.test(key);
  return (
    pressed(key, event) &&
    mod === wants("mod") &&
    event.altKey === wants("Alt") &&
    (plain || event.shiftKey === wants("Shift"))
  );
}

/** Letters and digits by the key itself, so that Alt and Shift do not change them. */
function pressed(key: string, event: KeyboardEvent): boolean {
  if (/^[A-Z]$/.test(key)) return event.code === `Key${key}` || event.key.toUpperCase() === key;
  if (/^\d$/.test(key)) return event.code === `Digit${key}`;
  return event.key === key;
}

/** Whether the keys belong to a field, not to the canvas. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.closest("input, textarea, select, [role=dialog], .cm-editor") !== null)
  );
}

export function findCommand(commands: readonly Command[], event: KeyboardEvent): Command | undefined {
  return commands.find((command) => command.shortcuts?.some((shortcut) => matches(shortcut, event)));
}

/** The shortcut as keys to show: `⌘ ⇧ Z` or `Ctrl Shift Z`. */
export function shownKeys(shortcut: string): string[] {
  const apple: Record<string, string> = { mod: "⌘", Shift: "⇧", Alt: "⌥" };
  const names: Record<string, string> = {
    mod: "Ctrl",
    ArrowLeft: "←",
    ArrowRight: "→",
    ArrowUp: "↑",
    ArrowDown: "↓",
    Escape: "Esc",
    Delete: "Del",
    Enter: "↵",
  };
  return shortcut
    .split("+")
    .filter(Boolean)
    .map((part) => (MAC ? apple[part] : undefined) ?? names[part] ?? part);
}
