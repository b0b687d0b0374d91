import i18next from "i18next";

/** By code: the server's English sentence with `{{values}}` → the same in the reader's language; "" stands for any. */
type Sentences = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Sentences of every code, and what may stand in a value (a type's name, a reason). */
const ANY = "*";
const VALUE = "@value";

/**
 * What the server says, in the reader's language: `problems.json` knows its sentences by their code. A sentence it does
 * not know stays as the server wrote it; in English, the server's own language, every one does. Where the code is not
 * at hand (""), the sentence is looked for under all of them.
 */
export function serverWords(code: string, message: string): string {
  const known: Sentences | undefined = i18next.getResourceBundle?.(i18next.language, "problems");
  if (!known) return message;
  if (code === "") return foundAnywhere(known, message) ?? message;
  return found(known, code, message) ?? found(known, ANY, message) ?? known[code]?.[""] ?? message;
}

function found(known: Sentences, code: string, message: string): string | undefined {
  for (const [sentence, words] of Object.entries(known[code] ?? {})) {
    const values = sentence && valuesIn(sentence, message);
    if (values) return words.replaceAll(/\{\{(\w+)\}\}/g, (_, name) => valueWords(known, values[name] ?? ""));
  }
}

function foundAnywhere(known: Sentences, message: string): string | undefined {
  const all = Object.entries(known).flatMap(([code, sentences]) =>
    code.startsWith("@") ? [] : Object.entries(sentences),
  );
  // A sentence that begins with a value would take in nearly everything.
  return found(
    {
      [ANY]: Object.fromEntries(all.filter(([sentence]) => !sentence.startsWith("{{"))),
      [VALUE]: known[VALUE] ?? {},
    },
    ANY,
    message,
  );
}

function valueWords(known: Sentences, value: string): string {
  return found(known, VALUE, value) ?? found(known, ANY, value) ?? value;
}

/** The values that make `message` of `sentence`, or undefined when it is another sentence. */
function valuesIn(sentence: string, message: string): Record<string, string> | undefined {
  const names: string[] = [];
  const parts = sentence.split(/\{\{(\w+)\}\}/);
  const pattern = parts.map((part, index) => {
    if (index % 2 === 0) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
    names.push(part);
    return "(.+?)";
  });
  const match = new RegExp(`^${pattern.join("")}$`, "s").exec(message);
  return match ? Object.fromEntries(names.map((name, index) => [name, match[index + 1] ?? ""])) : undefined;
}
