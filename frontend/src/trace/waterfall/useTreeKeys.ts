import type { KeyboardEvent } from "react";
import type { Row } from "./rows";
import { parentOf, type Tree } from "./useTree";

interface Actions {
  tree: Tree;
  selected: string | null;
  onSelect(id: string | null): void;
  onOpen(): void;
  onZoom(): void;
  onFit(): void;
}

/** The keyboard of a tree: arrows, Home, End, Enter, Escape; Z and 0 for the axis. */
export function useTreeKeys({ tree, selected, onSelect, onOpen, onZoom, onFit }: Actions) {
  const at = tree.rows.findIndex((row) => row.id === selected);
  const go = (index: number) => {
    const row = tree.rows[Math.max(0, Math.min(tree.rows.length - 1, index))];
    if (row) onSelect(row.id);
  };
  const right = (row: Row) => (tree.isOpen(row) ? go(at + 1) : row.expandable && tree.toggle(row.id, true));
  const left = (row: Row) => {
    const parent = parentOf(row);
    if (tree.isOpen(row)) tree.toggle(row.id, false);
    else if (parent) onSelect(parent);
  };
  const withRow = (act: (row: Row) => void) => () => {
    const row = tree.rows[at];
    if (row) act(row);
  };
  const keys = new Map<string, () => void>([
    ["ArrowDown", () => go(at + 1)],
    ["ArrowUp", () => go(at < 0 ? tree.rows.length - 1 : at - 1)],
    ["ArrowRight", withRow(right)],
    ["ArrowLeft", withRow(left)],
    ["PageDown", () => go(at + 15)],
    ["PageUp", () => go(at - 15)],
    ["Home", () => go(0)],
    ["End", () => go(tree.rows.length - 1)],
    ["Enter", onOpen],
    ["Escape", () => onSelect(null)],
    ["z", onZoom],
    ["0", onFit],
  ]);
  return (event: KeyboardEvent) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys.get(event.key);
    if (!act) return;
    event.preventDefault();
    act();
  };
}
