import { AgentError } from "./calls.js";

/** What the agent is; it is registered when it joins for the first time. */
export const manifest = {
  name: "word-count",
  version: "1.0.0",
  title: { en: "Count words", "zh-Hans": "统计词频" },
  description: { en: "Counts the words of a text and names the most frequent ones.", "zh-Hans": "统计文本中的词，并列出最常见的词。" },
  capabilities: ["word-count"],
  category: "data",
  icon: "abc",
  intent: {
    input: {
      type: "object",
      properties: {
        text: { type: "string", title: "Text" },
        top: { type: "integer", minimum: 1, maximum: 100, default: 3, title: "How many words to name" },
        delay_ms: { type: "integer", minimum: 0, maximum: 60000, default: 0, title: "Take your time" },
      },
      required: ["text"],
    },
    output: {
      type: "object",
      properties: {
        words: { type: "integer" },
        top: { type: "array", items: { type: "object" } },
      },
      required: ["words", "top"],
    },
  },
  limits: { concurrency: 4, timeout_s: 60 },
};

/** Count; `delay_ms` makes it slow on purpose, to watch progress, cancelling and broken connections. */
export async function work({ text, top = 3, delay_ms = 0 }, { signal, progress }) {
  const began = Date.now();
  while (Date.now() - began < delay_ms) {
    await new Promise((done) => setTimeout(done, Math.min(100, delay_ms)));
    signal.throwIfAborted();
    progress({ waited_ms: Date.now() - began });
  }
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) throw new AgentError("no_words", "The text has no words to count.", { field: "/text" });
  const counts = new Map();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const ranked = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return { words: words.length, top: ranked.slice(0, top).map(([word, count]) => ({ word, count })) };
}
