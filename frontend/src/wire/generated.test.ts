import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

test("generated.ts says what the schemas say", () => {
  expect(() => execFileSync(process.execPath, ["generate.mjs", "--check"], { stdio: "pipe" })).not.toThrow();
}, 60_000);
