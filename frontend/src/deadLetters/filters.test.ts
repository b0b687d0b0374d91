import { expect, test } from "vitest";
import type { DeadLetter } from "@/wire/deadLetters";
import { codesOf, keyOf, redrives } from "./filters";

const letter = (agent: string, id: string, error_code = "boom") => ({ agent, id, error_code }) as DeadLetter;
const letters = [letter("text", "1-0"), letter("text", "2-0", "late"), letter("json", "1-0")];
const none = { agent: "", code: "", search: "" };

test("chosen letters are sent agent by agent: an id may stand twice", () => {
  const chosen = new Set([keyOf({ agent: "text", id: "1-0" }), keyOf({ agent: "json", id: "1-0" })]);
  expect(redrives(none, letters, chosen)).toEqual([
    { agent: "text", ids: ["1-0"] },
    { agent: "json", ids: ["1-0"] },
  ]);
});

test("without a choice, all of one agent that match are meant; of all agents never", () => {
  expect(redrives({ ...none, agent: "text", code: "late" }, letters, new Set())).toEqual([
    { agent: "text", filter: { code: "late" } },
  ]);
  expect(redrives({ ...none, code: "late" }, letters, new Set())).toEqual([]);
});

test("a letter that is no longer listed is not sent", () => {
  expect(redrives(none, letters, new Set(["text/9-0"]))).toEqual([]);
});

test("the codes are those in sight and the one asked for", () => {
  expect(codesOf(letters, "")).toEqual(["boom", "late"]);
  expect(codesOf([], "gone")).toEqual(["gone"]);
});
