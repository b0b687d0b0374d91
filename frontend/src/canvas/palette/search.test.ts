import { expect, test } from "vitest";
import canvas from "@/i18n/en/canvas.json";
import steps from "@/i18n/en/steps.json";
import { KIND_GROUPS, NOTES } from "./groups";
import { type EntryGroup, searchPieces } from "./usePieces";

type Words = Record<string, { title: string; text: string }>;

/** The palette without agents, in the catalogue's words. */
function groups(): EntryGroup[] {
  return [...KIND_GROUPS, NOTES].map(({ key, tiles, pieces }) => ({
    key,
    tiles,
    title: key,
    entries: pieces.map(({ id, kind }) => {
      const { title, text } = ((steps.piece as Words)[id] ?? (canvas.kind as Words)[kind]) as Words[string];
      const synonyms = (steps.synonyms as Record<string, string>)[id];
      const words = `${kind} ${title} ${text} ${synonyms}`.toLowerCase();
      return {
        id,
        title,
        text,
        words,
        piece: { kind },
        action: false,
        away: false,
      } as EntryGroup["entries"][number];
    }),
  }));
}

const found = (query: string) =>
  searchPieces(groups(), query).flatMap((group) => group.entries.map(({ id }) => id));

test.each([
  ["sleep", "wait"],
  ["delay", "wait"],
  ["until", "wait"],
  ["human", "approval"],
  ["human review", "approval"],
  ["while", "loop"],
  ["for each", "map"],
  ["subflow", "workflow"],
  ["publish", "emit"],
  ["saga", "undo"],
  ["undo", "undo"],
  ["gpt", "llm"],
  ["if", "condition"],
  ["callback", "signal"],
  ["remember", "memory"],
  ["bid", "intent"],
])("searching for %s finds %s", (query, id) => {
  expect(found(query)).toContain(id);
});

test("every kind of step is offered once", () => {
  const all = groups().flatMap((group) => group.entries.map((entry) => entry.id));
  expect(new Set(all).size).toBe(all.length);
  expect(all).toEqual(expect.arrayContaining(Object.keys(canvas.kind).filter((kind) => kind !== "agent")));
});
