import { expect, test } from "vitest";
import { COMMANDS } from ".";
import { findCommand, matches } from "./keyboard";

const press = (key: string, more: KeyboardEventInit = {}) => new KeyboardEvent("keydown", { key, ...more });

test("a shortcut is met by its keys and no others", () => {
  expect(matches("mod+Z", press("z", { code: "KeyZ", ctrlKey: true }))).toBe(true);
  expect(matches("mod+Z", press("Z", { code: "KeyZ", ctrlKey: true, shiftKey: true }))).toBe(false);
  expect(matches("M", press("m", { code: "KeyM", ctrlKey: true }))).toBe(false);
  expect(matches("?", press("?", { shiftKey: true }))).toBe(true);
});

test("commands have ids of their own, and no two share a shortcut", () => {
  const ids = COMMANDS.map((command) => command.id);
  const keys = COMMANDS.flatMap((command) => command.shortcuts ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(keys).size).toBe(keys.length);
});

test("keys lead to their command", () => {
  expect(findCommand(COMMANDS, press("Z", { code: "KeyZ", ctrlKey: true, shiftKey: true }))?.id).toBe("redo");
  expect(findCommand(COMMANDS, press("Delete"))?.id).toBe("remove");
});
