import { expect, test } from "vitest";
import { changedRetry, HANDLER_RETRY, shownRetry } from "./retries";

test("a step that undoes another shows the attempts the engine makes", () => {
  expect(shownRetry(undefined, true)).toEqual({ attempts: 5, initial_s: 2, backoff: 3 });
  expect(shownRetry(undefined, false)).toEqual({});
  expect(shownRetry({ attempts: 2 }, true)).toEqual({ attempts: 2 });
});

test("an only attempt of a handler is said, since silence means five", () => {
  const once = changedRetry(undefined, { attempts: 1 }, true);
  expect(once?.attempts).toBe(1);
  expect(shownRetry({}, true)).toEqual({});
  expect(changedRetry({ attempts: 3 }, { attempts: 1 }, false)).toBeUndefined();
});

test("a change to one figure keeps the others of the default", () => {
  expect(changedRetry(undefined, { max_s: 30 }, true)).toEqual({ ...HANDLER_RETRY, max_s: 30 });
});
