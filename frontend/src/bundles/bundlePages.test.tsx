import { cleanup, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { browserParts, ME, page, serve, show } from "@/contracts/testPage";
import { startI18n } from "@/i18n";
import type { Bundle, RefusedUpload } from "@/wire/bundles";
import BundlePage from "./BundlePage";
import RefusedPage from "./RefusedPage";

const DIGEST = "a".repeat(64);
const REVIEWER = { ...ME, permissions: ["bundles.decide_bundle"] };

const bundle = (changed: Partial<Bundle> = {}): Bundle => ({
  digest: DIGEST,
  identity: `agent://sha256:${DIGEST}`,
  agent: "word-count",
  version: "1.0.0",
  title: { en: "Count words" },
  description: { en: "Counts." },
  status: "rejected",
  network_asked: false,
  network_granted: false,
  on_bus: false,
  size: 900,
  file_count: 1,
  signature: { state: "unsigned", key_id: null, key_name: null },
  checks: [],
  uploaded_by: "author",
  uploaded_at: "2026-10-01T10:00:00Z",
  decided_by: "ben",
  decided_at: "2026-10-03T10:00:00Z",
  note: "No",
  zip_removed_at: null,
  manifest: {},
  ...changed,
});

const refused = (changed: Partial<RefusedUpload> = {}): RefusedUpload => ({
  id: 1,
  at: "2026-10-01T10:00:00Z",
  by: "mallory",
  code: "bundle_refused",
  message: "The bundle was refused. ../evil: The path leads out of the bundle.",
  name: "evil.zip",
  bundle: null,
  zip_digest: "b".repeat(64),
  size: 2048,
  dry_run: false,
  checks: [
    { name: "archive", ok: true, message: "The zip can be read.", path: "" },
    { name: "paths", ok: false, message: "The path leads out of the bundle.", path: "../evil" },
  ],
  ...changed,
});

const answers = (shown: Bundle) => ({
  "GET /me": REVIEWER,
  [`GET /bundles/${DIGEST}`]: shown,
  [`GET /bundles/${DIGEST}/files`]: page([{ path: "agent.py", size: 10, sha256: "c".repeat(64) }]),
  [`GET /bundles/${DIGEST}/decisions`]: page([
    {
      status: "rejected",
      network_granted: false,
      note: "It phones home",
      by: "ben",
      at: "2026-10-03T10:00:00Z",
    },
    { status: "approved", network_granted: true, note: "", by: null, at: "2026-10-02T10:00:00Z" },
  ]),
});

beforeAll(() => startI18n("en"));
beforeEach(browserParts);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("a bundle's page", () => {
  it("tells what was decided, newest first, down to the upload", async () => {
    serve(answers(bundle()));
    show(<BundlePage />, `/agents/bundles/${DIGEST}`, "/agents/bundles/:digest");
    const rows = within(await screen.findByRole("list", { name: "History" })).getAllByRole("listitem");
    expect(rows.map((row) => row.textContent)).toEqual([
      expect.stringMatching(/Rejected.* · ben.*It phones home/),
      expect.stringMatching(/Approved.*by a trusted signature.*May use the network/),
      expect.stringMatching(/Uploaded.* · author/),
    ]);
    expect(screen.getByRole("link", { name: "Download" })).toBeTruthy();
  });

  it("says when the files are gone, and what brings them back", async () => {
    serve(answers(bundle({ zip_removed_at: "2026-11-02T10:00:00Z" })));
    show(<BundlePage />, `/agents/bundles/${DIGEST}`, "/agents/bundles/:digest");
    expect(await screen.findByText(/Upload the same content again to get them back/)).toBeTruthy();
    expect(screen.queryByRole("link", { name: "Download" })).toBeNull();
    expect(await screen.findByText("agent.py")).toBeTruthy();
    const approve = await screen.findByRole("button", { name: "Approve" });
    expect(approve.getAttribute("aria-disabled")).toBe("true");
    expect(approve.getAttribute("aria-description")).toContain("Upload the same content again");
  });
});

describe("refused uploads", () => {
  it("are told with who sent them, their hash and every check", async () => {
    const cut = refused({ id: 2, code: "too_large", name: "", size: null, zip_digest: null, checks: [] });
    serve({ "GET /me": REVIEWER, "GET /bundles/refused": page([refused(), cut]) });
    show(<RefusedPage />);
    const list = await screen.findByRole("list", { name: "Refused uploads" });
    const row = within(list).getByText("evil.zip").closest("li") as HTMLElement;
    expect(row.textContent).toMatch(/Paths.*mallory/);
    await userEvent.click(within(row).getByText("evil.zip"));
    expect(within(row).getByText("b".repeat(64))).toBeTruthy();
    expect(within(row).getByText("../evil")).toBeTruthy();
    expect(within(list).getByText(/cut off/)).toBeTruthy();
  });

  it("are filtered in the address", async () => {
    const asked = serve({ "GET /me": REVIEWER, "GET /bundles/refused": page([refused()]) });
    const { router } = show(<RefusedPage />, "/agents/bundles/refused?by=mallory");
    await screen.findByText("evil.zip");
    expect(asked.some(({ call, query }) => call === "GET /bundles/refused" && query === "?by=mallory")).toBe(
      true,
    );
    await userEvent.click(await screen.findByRole("button", { name: "Clear" }));
    expect(router.state.location.search).toBe("");
  });

  it("are one's own for who does not decide", async () => {
    serve({ "GET /me": ME, "GET /bundles/refused": page([]) });
    show(<RefusedPage />);
    expect(await screen.findByText(/You see your own/)).toBeTruthy();
    expect(await screen.findByText("No upload was refused")).toBeTruthy();
    expect(screen.queryByRole("textbox")).toBeNull();
  });
});
