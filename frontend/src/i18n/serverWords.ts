import i18next from "i18next";

/** By code: the server's English sentence with `{{values}}` → the same in the reader's language; "" stands for any. */
type Sentences = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A sentence as it is looked for: `letters` are those that no value stands for. */
interface Sentence {
  pattern: RegExp;
  names: readonly string[];
  letters: number;
  words: string;
}

/** Sentences of every code, and what may stand in a value (a type's name, a reason). */
const ANY = "*";
const VALUE = "@value";
/** Values that are somebody's own word, whatever else it may mean: an agent may be called `text`. */
const OWN = new Set(["agent", "name", "node", "policy", "step"]);
/** With fewer letters of its own, a sentence with values would take in others that only begin or end like it. */
const LEAST = { begun: 8, valueFirst: 15 } as const;

/**
 * What the server says, in the reader's language: `problems.json` knows its sentences by their code. A sentence it does
 * not know stays as the server wrote it; in English, the server's own language, every one does. Where the code is not
 * at hand (""), the sentence is looked for under all of them.
 */
export function serverWords(code: string, message: string): string {
  const known: Sentences | undefined = i18next.getResourceBundle?.(i18next.language, "problems");
  if (!known) return message;
  const values = [of(known, VALUE), of(known, ANY)];
  if (code === "") return found(message, anywhere(known), values) ?? message;
  const own = of(known, code);
  return found(message, [...own, ...of(known, ANY)], [...values, own]) ?? known[code]?.[""] ?? message;
}

/** The words of the sentence that has most in common with the message; of equals the first. */
function found(
  message: string,
  sentences: readonly Sentence[],
  values: readonly (readonly Sentence[])[],
): string | undefined {
  let best: { match: RegExpExecArray; sentence: Sentence } | undefined;
  for (const sentence of sentences) {
    if (best && sentence.letters <= best.sentence.letters) continue;
    const match = sentence.pattern.exec(message);
    if (match) best = { match, sentence };
  }
  if (!best) return undefined;
  const { match, sentence } = best;
  return sentence.words.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = match[sentence.names.indexOf(name) + 1] ?? "";
    return OWN.has(name) ? value : valueWords(value, values);
  });
}

/** A value in words: a word such as a type's name, or a sentence of its own, such as a reason. */
function valueWords(value: string, values: readonly (readonly Sentence[])[]): string {
  const words = found(value, values.flat(), values);
  if (words !== undefined || !value.includes("; ")) return words ?? value;
  // Several reasons, one after the other.
  return value
    .split("; ")
    .map((part) => valueWords(part, values))
    .join("；");
}

const looked = new WeakMap<Sentences, Map<string, readonly Sentence[]>>();

/** The sentences of a code, ready to be looked for. */
function of(known: Sentences, code: string): readonly Sentence[] {
  const kept = looked.get(known) ?? new Map<string, readonly Sentence[]>();
  looked.set(known, kept);
  const there = kept.get(code);
  if (there) return there;
  const made = Object.entries(known[code] ?? {})
    .filter(([sentence]) => sentence !== "")
    .map(([sentence, words]) => sentenceOf(sentence, words));
  kept.set(code, made);
  return made;
}

/** The sentences of all codes, but for those that say so little that they would take in nearly everything. */
function anywhere(known: Sentences): readonly Sentence[] {
  return Object.keys(known)
    .filter((code) => !code.startsWith("@"))
    .flatMap((code) => of(known, code))
    .filter(({ letters, names, pattern }) => {
      const least = pattern.source.startsWith("^(.+?)") ? LEAST.valueFirst : LEAST.begun;
      return names.length === 0 || letters >= least;
    });
}

function sentenceOf(sentence: string, words: string): Sentence {
  const parts = sentence.split(/\{\{(\w+)\}\}/);
  const said = parts.filter((_, index) => index % 2 === 0);
  const pattern = said.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("(.+?)");
  return {
    pattern: new RegExp(`^${pattern}$`, "s"),
    names: parts.filter((_, index) => index % 2 === 1),
    letters: said.join("").replaceAll(/[^\p{L}]/gu, "").length,
    words,
  };
}
