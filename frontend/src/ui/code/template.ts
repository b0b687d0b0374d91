/** Where the expressions stand in a text, for colouring and completion. */
export interface Span {
  /** Of `${`. */
  from: number;
  /** After `}`, or the end of the text when it is not closed. */
  to: number;
  closed: boolean;
}

/** The `${ … }` parts of a text; braces and quotes inside are followed, `$${` is none. */
export function expressionSpans(text: string): Span[] {
  const spans: Span[] = [];
  let at = 0;
  while (at < text.length) {
    if (text.startsWith("$${", at)) at += 3;
    else if (text.startsWith("${", at)) {
      const end = closing(text, at + 2);
      spans.push({ from: at, to: end < 0 ? text.length : end + 1, closed: end >= 0 });
      at = end < 0 ? text.length : end + 1;
    } else at += 1;
  }
  return spans;
}

function closing(text: string, start: number): number {
  let depth = 0;
  let quote = "";
  for (let at = start; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (quote) {
      if (character === "\\") at += 1;
      else if (character === quote) quote = "";
    } else if (character === '"' || character === "'") quote = character;
    else if (character === "{") depth += 1;
    else if (character === "}") {
      if (depth === 0) return at;
      depth -= 1;
    }
  }
  return -1;
}
