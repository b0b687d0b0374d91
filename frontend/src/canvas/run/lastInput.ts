/** What a workflow was run with last in this tab, so that running it again asks nothing twice. */
const key = (workflow: string) => `ac-run-input:${workflow}`;

export function recallInput(workflow: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key(workflow)) ?? "{}");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

export function rememberInput(workflow: string, input: Record<string, unknown>): void {
  sessionStorage.setItem(key(workflow), JSON.stringify(input));
}
