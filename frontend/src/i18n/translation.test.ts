import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LANGUAGES } from "./languages";

const PLURAL = /_(zero|one|two|few|many|other)$/;
/** What Chinese readers, too, write in Latin letters: names, formats, keys, and words that stand in code. */
const LATIN = new Set(
  `AgentCluster Redis NATS Valkey JSON YAML JetStream HTTP REST API ID CPU PNG CSV AI Chromium Webhook Webhooks Standard Cron
  Schema ISO UTC URL Ctrl V Z v ms pid Nats https example com data orders done team sales steps input last item index
  null errors results true false schema agentcluster workflow rows amount customer path timed_out no_bid
  too_many_iterations criteria_not_met name T Avro Protobuf
  agent yaml zip csv sales_q coordinator bundle init keygen Ed base PEM stdout stderr`.split(/\s+/),
);
const ONLY_FOR_SEARCH = "steps:synonyms.";

/** Every text of a language as `namespace:path.to.key`. */
function textsOf(language: string): Map<string, string> {
  const texts = new Map<string, string>();
  const walk = (path: string, value: unknown) => {
    if (typeof value === "string") texts.set(path, value);
    else for (const [name, item] of Object.entries(value as object)) walk(`${path}.${name}`, item);
  };
  const folder = join(import.meta.dirname, language);
  for (const file of readdirSync(folder).filter((name) => name !== "problems.json")) {
    const namespace = file.replace(".json", "");
    for (const [name, item] of Object.entries(JSON.parse(readFileSync(join(folder, file), "utf8"))))
      walk(`${namespace}:${name}`, item);
  }
  return texts;
}

const stem = (key: string) => key.replace(PLURAL, "");
const placeholders = (text: string) => (text.match(/\{\{[^}]*\}\}/g) ?? []).sort();

/** Latin words in a text that are neither placeholders nor code nor known names. */
function foreignWords(text: string): string[] {
  const plain = text.replaceAll(/\{\{[^}]*\}\}|\$\{[^}]*\}|<\w+>/g, " ");
  return (plain.match(/[A-Za-z][A-Za-z_]*/g) ?? []).filter((word) => !LATIN.has(word));
}

const english = textsOf("en");

describe.each(LANGUAGES.filter(({ code }) => code !== "en"))("the page in $name", ({ code }) => {
  const texts = textsOf(code);
  const rules = new Intl.PluralRules(code).resolvedOptions().pluralCategories;

  it("says everything the English page says, and nothing else", () => {
    const keys = (of: Map<string, string>) => [...new Set([...of.keys()].map(stem))].sort();
    expect(keys(texts)).toEqual(keys(english));
  });

  it("has the plural forms its grammar asks for, and 'none' where English has it", () => {
    const wrong = [...english.keys()].filter((key) => {
      if (!PLURAL.test(key)) return !texts.has(key);
      const zero = english.has(`${stem(key)}_zero`) === texts.has(`${stem(key)}_zero`);
      return !zero || !rules.every((rule) => texts.has(`${stem(key)}_${rule}`));
    });
    expect(wrong).toEqual([]);
  });

  it("fills in the same values", () => {
    const wrong = [...texts].filter(([key, text]) => {
      const original = english.get(key) ?? english.get(`${stem(key)}_other`) ?? "";
      return placeholders(text).join() !== placeholders(original).join();
    });
    expect(wrong).toEqual([]);
  });

  it("leaves nothing in English", () => {
    const left = [...texts].filter(
      ([key, text]) => !key.startsWith(ONLY_FOR_SEARCH) && foreignWords(text).length > 0,
    );
    expect(left.map(([key, text]) => `${key}: ${foreignWords(text).join(" ")} in “${text}”`)).toEqual([]);
  });

  it("uses full-width marks after Chinese characters", () => {
    expect([...texts].filter(([, text]) => /[\u4e00-\u9fff][,;:?!.](?!\w)/.test(text))).toEqual([]);
  });
});
