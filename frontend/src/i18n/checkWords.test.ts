// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of workflows
import i18next from "i18next";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serverWords } from "./serverWords";
import problems from "./zh-Hans/problems.json";

describe("what is found wrong when a workflow is saved", () => {
  beforeAll(() => i18next.init({ lng: "zh-Hans", resources: { "zh-Hans": { problems } } }));
  afterAll(() => void i18next.changeLanguage("en"));

  it.each([
    [
      "not_a_condition",
      "A condition is one expression that stands whole inside ${ }, such as ${ input.a && input.b }.",
      "条件是一个整个写在 ${ } 内的表达式，例如 ${ input.a && input.b }。",
    ],
    [
      "type_mismatch",
      "It does not fit: it takes true or false, this is a list or a number or text.",
      "类型不符：需要真或假，给出的是列表、数字或文本。",
    ],
    [
      "no_error_edge",
      "`parse` takes the error edge when it fails, but has none: connect its way out `error`.",
      "`parse` 失败时走错误分支，但没有这样的连线：请连接它的 `error` 出口。",
    ],
    [
      "no_way_on",
      "When `ask` fails nothing follows: it goes on along `out`, which it does not have.",
      "`ask` 失败后不会再执行任何步骤：流程沿 `out` 继续，而它没有这个出口。",
    ],
    [
      "bad_case",
      "`error` cannot name a case: it is a way out with a meaning of its own.",
      "`error` 不能作为分支名称：这个出口另有含义。",
    ],
    [
      "constant_key",
      "The key is the same for all runs, so that they share one limit: write ${ input.customer }, say.",
      "键对所有运行都相同，它们共用一个上限：请写成例如 ${ input.customer }。",
    ],
    [
      "limit_not_applied",
      "`billing` limits how many of its runs go on at a time; inside another workflow that does not count.",
      "`billing` 限制了同时进行的运行数；在其他工作流内运行时，这个上限不起作用。",
    ],
    ["intent_too_large", "The name of a capability has 80 characters at most.", "能力的名称最多 80 个字符。"],
  ])("%s", (code, english, chinese) => {
    expect(serverWords(code, english)).toBe(chinese);
  });
});
