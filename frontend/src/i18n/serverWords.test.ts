import i18next from "i18next";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { helpWords } from "./helpWords";
import { serverWords } from "./serverWords";
import problems from "./zh-Hans/problems.json";

describe("what the server says", () => {
  beforeAll(() => i18next.init({ lng: "zh-Hans", resources: { "zh-Hans": { problems } } }));
  afterAll(() => void i18next.changeLanguage("en"));

  it("is said in Chinese with its values", () => {
    expect(serverWords("unknown_agent", "There is no agent `csv`.")).toBe("没有智能体 `csv`。");
    expect(
      serverWords("queued", "Waiting for its turn: at most 2 runs with the key acme may go on at a time."),
    ).toBe("排队等待：键为 acme 的运行最多同时进行 2 个。");
    expect(serverWords("run_finished", "The run has already ended: completed.")).toBe("运行已经结束。");
  });

  it("has values in Chinese, too", () => {
    expect(
      serverWords("type_mismatch", "It does not fit: in the list, it takes a table, this is text."),
    ).toBe("类型不符：列表中的项需要表格，给出的是文本。");
    expect(serverWords("bad_value", "must be a number, not the text 'x'")).toBe("必须是数字，而不是文本“x”");
    expect(serverWords("invalid_input", "/input/rows: is required (and 2 more)")).toBe(
      "/input/rows：必填（另有 2 处）",
    );
  });

  it("is said by the sentence that fits best, not by one that only begins like it", () => {
    const reason = "bubblewrap is not installed (on Debian: apt-get install bubblewrap).";
    expect(serverWords("", `This node runs no bundles: ${reason}`)).toBe(
      "此节点不运行智能体包：没有安装 bubblewrap（Debian 上：apt-get install bubblewrap）。",
    );
    expect(
      serverWords("rate_limited", "text takes 5 calls a second (policy calm); the step starts in its turn."),
    ).toBe("text 每秒接受 5 个调用（策略 calm）；这一步会按顺序开始。");
  });

  it("has values inside of values", () => {
    const said = (what: string) =>
      serverWords("concurrency_limit", `The workflow allows ${what}and refuses more while they go on.`);
    expect(said("2 at a time ")).toBe("该工作流最多同时进行 2 个运行，其余会被拒绝。");
    expect(said("1 at a time for “A-1” ")).toBe("该工作流对“A-1”最多同时进行 1 个运行，其余会被拒绝。");
  });

  it("says which rule an expression breaks", () => {
    const said = (why: string) =>
      serverWords("expression_failed", `\`last.map(a, 1)\` is too much work: ${why}.`);
    expect(
      said(
        "it could copy or compare more than 10,000,000 entries, going through lists of up to 9,000 entries (rule expression_work)",
      ),
    ).toBe(
      "`last.map(a, 1)` 的计算量过大：可能复制或比较超过 10,000,000 项，其中遍历的列表最长 9,000 项（规则 expression_work）。",
    );
    expect(
      said(
        "it could make a value of 17,000,340 characters, and 16,777,216 are allowed (rule expression_size)",
      ),
    ).toBe(
      "`last.map(a, 1)` 的计算量过大：可能生成 17,000,340 个字符的值，上限为 16,777,216（规则 expression_size）。",
    );
  });

  it("is found without its code, too", () => {
    expect(serverWords("", "No live node hosts csv. The step starts as soon as one does.")).toBe(
      "没有在线节点承载 csv，一旦有节点承载，这一步就会开始。",
    );
    expect(serverWords("", "This: nobody knows")).toBe("This: nobody knows");
  });

  it("is what agents say, too, also of an operation inside", () => {
    expect(serverWords("host_not_found", "The host 'partner.invalid' has no address.")).toBe(
      "找不到主机“partner.invalid”的地址。",
    );
    expect(
      serverWords("bad_path", "Operation 2 (join): There is no table 'x' among 'tables'; there are a, b."),
    ).toBe("第 2 个操作（join）：“tables”中没有表“x”；现有 a, b。");
  });

  it("is what a node says of its instances", () => {
    const log = (text: string) => serverWords("instance_log", text);
    expect(log("ended (agent_crashed): it ended by itself with exit code 7; 2 calls in flight")).toBe(
      "已退出（agent_crashed）：自行退出，退出码 7；当时有 2 个调用",
    );
    expect(log("started in 300 ms, in a sandbox as user 1900000001, without network")).toBe(
      "用 300 毫秒启动，在沙箱中以用户 1900000001 运行，没有网络",
    );
    expect(log("30 lines dropped: more than 200 a second")).toBe("丢弃了 30 行：每秒超过 200 行");
    const reason = "memory_limit: it used 70 MiB of memory, more than its limit of 64 MiB";
    expect(serverWords("", `An instance does not work: Its process is being started again. ${reason}`)).toBe(
      "有实例不能工作：其进程正在重新启动。memory_limit：使用了 70 MiB 内存，超过 64 MiB 的上限",
    );
  });

  it("explains the fields of agents", () => {
    expect(helpWords("In seconds.")).toBe("单位：秒。");
    expect(helpWords("Of your own agent.")).toBe("Of your own agent.");
  });

  it("stays as it is where it is not known", () => {
    expect(serverWords("csv_malformed", "Line 7 has 3 fields, not 4.")).toBe("Line 7 has 3 fields, not 4.");
  });
});
