import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

// What is still mounted at the end of a file would go on with its timers after the document is gone.
afterEach(() => {
  cleanup();
  document.body.innerHTML = "";
});
