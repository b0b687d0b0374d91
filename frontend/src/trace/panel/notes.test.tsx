import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MantineProvider } from "@mantine/core";
import { cleanup, render, screen } from "@testing-library/react";
import i18next from "i18next";
import { beforeEach, describe, expect, test } from "vitest";
import { browserParts } from "@/contracts/testPage";
import { applyRecords, openRun } from "@/graph/run";
import { startI18n } from "@/i18n";
import type { Graph, Record as RunRecord } from "@/wire/generated";
import type { RunDetail } from "@/wire/types";
import { Outcome } from "../RunFacts";
import type { Trace } from "../useTrace";
import { markWords } from "../waterfall/Markers";
import { subjectOf } from "./subject";
import { WaitingNote } from "./WaitingNote";

const FOLDER = join(import.meta.dirname, "../../../../tests/histories");
type Event = RunRecord["event"];

/** A run as its log tells it, and what comes after. */
function viewOf(name: string, ...more: Event[]) {
  const text = readFileSync(join(FOLDER, `${name}.json`), "utf8");
  const { graph, records } = JSON.parse(text) as { graph: Graph; records: RunRecord[] };
  const view = openRun(graph);
  const last = records.at(-1);
  const added = more.map((event, index) => ({
    ...(last as RunRecord),
    seq: (last?.seq ?? 0) + index + 1,
    event,
  }));
  applyRecords(view, [...records, ...added]);
  return view;
}

/** What the panel says of a step beside its tabs. */
function noteOf(view: ReturnType<typeof viewOf>, step: string): string {
  cleanup();
  const { container } = render(
    <MantineProvider>
      <WaitingNote view={view} subject={subjectOf(view, step)} now={view.movedAt ?? 0} />
    </MantineProvider>,
  );
  return [...container.querySelectorAll("p")].map((part) => part.textContent?.trim()).join(" | ");
}

const stepThat = (view: ReturnType<typeof viewOf>, message: string) =>
  [...view.steps.values()].find((step) => step.message === message)?.key ?? "";

const WORDS = {
  step_skipped: {
    "Its branch was not taken.": "未走到所在的分支。",
    "Its condition was not true.": "条件不成立。",
  },
  step_cancelled: { "The run was terminated.": "运行已被终止。" },
  in_marks: {
    "The run is paused already.": "运行已经暂停。",
    "The run is being stopped.": "运行正在停止。",
    "The log was long.": "日志过长。",
  },
};

/** The page in Chinese, with words of our own for what the server says here. */
async function inChinese() {
  await startI18n("zh-Hans");
  const known = i18next.getResourceBundle("zh-Hans", "problems") as object;
  i18next.addResourceBundle("zh-Hans", "problems", { ...known, ...WORDS });
}

beforeEach(async () => {
  browserParts();
  await startI18n("en");
});

describe("a skipped step says why", () => {
  test("its branch was not taken, or its own condition did not hold, with the condition", async () => {
    const branch = viewOf("branch_not_taken");
    expect(noteOf(branch, stepThat(branch, "Its branch was not taken."))).toBe("Its branch was not taken.");
    const own = viewOf("conditions_gave_no_answer_under_old_rules");
    const key = stepThat(own, "Its condition was not true.");
    expect(noteOf(own, key)).toMatch(/^Its condition was not true\. \$\{/);
    await inChinese();
    expect(noteOf(branch, stepThat(branch, "Its branch was not taken."))).toBe("未走到所在的分支。");
    expect(noteOf(own, key)).toMatch(/^条件不成立。 \$\{/);
  });

  test("nothing had to be undone, or the run ended first", () => {
    const failed = viewOf("run_took_too_long");
    const never = [...failed.steps.values()].find(({ status, message }) => status === "skipped" && !message);
    expect(noteOf(failed, never?.key ?? "")).toBe("The run ended before this step began.");
    const nodes = ["pay", "refund"].map((id) => ({ id, kind: "agent", agent: "csv" }));
    const edges = [{ source: "pay", target: "refund", port: "compensate" }];
    const well = openRun({ nodes, edges } as unknown as Graph);
    const end: Event = { type: "run_completed", output: null };
    applyRecords(well, [{ seq: 1, at: 1, epoch: 1, prev: "", event: end }]);
    expect(noteOf(well, "refund")).toBe("Nothing had to be undone.");
  });

  test("a handler that did not run has undone nothing", () => {
    const view = viewOf("handler_skipped");
    const handler = stepThat(view, "Its condition was not true.");
    const undone = view.compensation?.undoneBy.get(handler) ?? "";
    expect(noteOf(view, handler)).toMatch(/^Its condition was not true\. \$\{.*\} \| Undoes /);
    expect(noteOf(view, undone)).toMatch(/ did not run, so this was not undone$/);
  });

  test("one that was cut short says by what", async () => {
    const view = viewOf("terminated");
    const key = stepThat(view, "The run was terminated.");
    expect(noteOf(view, key)).toBe("The run was terminated.");
    await inChinese();
    expect(noteOf(view, key)).toBe("运行已被终止。");
  });
});

test("what a queued step waits for is said in the reader's language", async () => {
  await inChinese();
  const waiting: Event = {
    type: "step_waiting",
    step: "lost",
    code: "no_instance",
    message: "No live node hosts csv. The step starts as soon as one does.",
  };
  const graph = { nodes: [{ id: "lost", kind: "agent", agent: "csv" }], edges: [] } as unknown as Graph;
  const view = openRun(graph);
  applyRecords(view, [{ seq: 1, at: 1, epoch: 1, prev: "", event: waiting }]);
  expect(noteOf(view, "lost")).toBe("没有在线节点承载 csv，一旦有节点承载，这一步就会开始。");
});

describe("the marks on the time axis", () => {
  const wordsOf = (name: string, ...more: Event[]) => {
    const view = viewOf(name, ...more);
    return view.markers.map((mark) => markWords(view, mark, i18next.getFixedT(null, "trace")));
  };
  const refused = (kind: string, message: string): Event => ({
    type: "command_refused",
    kind,
    message,
    by: "ana",
  });

  test("name a refused command, and what the system says, in the reader's language", async () => {
    const log = "paused_in_flight";
    const events = [
      refused("pause", "The run is paused already."),
      refused("continue", "The run is being stopped."),
    ];
    expect(wordsOf(log, ...events).slice(-2)).toEqual([
      "Refused to pause by ana: The run is paused already.",
      "Refused to continue as new by ana: The run is being stopped.",
    ]);
    await inChinese();
    expect(wordsOf(log, ...events).slice(-2)).toEqual([
      "暂停被拒绝 （ana）：运行已经暂停。",
      "续接为新运行被拒绝 （ana）：运行正在停止。",
    ]);
  });

  test("say which limit was reached, and why a run goes on as another", async () => {
    const overdue = (message: string, step = ""): Event => ({ type: "overdue", message, step });
    const late = overdue("It took longer than its 5 seconds.");
    const events: Event[] = [late, { type: "run_continued", next_run_id: "r2", reason: "The log was long." }];
    expect(wordsOf("paused_in_flight", ...events).slice(-2)).toEqual([
      "The run has reached a limit: It took longer than its 5 seconds.",
      "Goes on as a new run: The log was long.",
    ]);
    await inChinese();
    expect(wordsOf("paused_in_flight", ...events).slice(-2)).toEqual([
      "运行已达到上限：超过了 5 秒的时限。",
      "以新运行继续：日志过长。",
    ]);
  });

  test("leave what people write as it is", async () => {
    await inChinese();
    const pause: Event = { type: "run_resumed", by: "ana", reason: "The log was long." };
    expect(wordsOf("paused_in_flight", pause).at(-1)).toBe("已恢复 （ana）：The log was long.");
  });
});

test("a run that a newer one replaced says so in the reader's language; a person's reason stays", async () => {
  const reason = "A newer run took its place (concurrency limit).";
  const outcome = (by: string) => {
    cleanup();
    const asked: Event = { type: "run_cancel_requested", by, reason };
    const view = viewOf("paused_in_flight", asked, { type: "run_cancelled" });
    render(
      <MantineProvider>
        <Outcome run={{ error: null } as RunDetail} trace={{ view } as unknown as Trace} />
      </MantineProvider>,
    );
  };
  outcome("");
  expect(screen.getByText(/A newer run took its place/)).toBeTruthy();
  await inChinese();
  outcome("");
  expect(screen.getByText(/已被更新的运行取代（并发上限）。/)).toBeTruthy();
  outcome("ana");
  expect(screen.getByText(/A newer run took its place/)).toBeTruthy();
});
