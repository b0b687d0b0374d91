import type { StreamParser } from "@codemirror/language";

const KEYWORDS =
  /^(syntax|package|import|public|message|enum|oneof|map|reserved|extensions|extend|option|service|rpc|returns|stream|repeated|optional|required|to|max)\b/;
const TYPES = /^(double|float|u?int(32|64)|sint(32|64)|s?fixed(32|64)|bool|string|bytes)\b/;

/** The colours of a `.proto` file: keywords, types, texts, numbers, comments. */
export const protobuf: StreamParser<{ comment: boolean }> = {
  name: "protobuf",
  startState: () => ({ comment: false }),
  token(stream, state) {
    if (state.comment) {
      if (stream.match(/^.*?\*\//)) state.comment = false;
      else stream.skipToEnd();
      return "comment";
    }
    if (stream.eatSpace()) return null;
    if (stream.match("//")) {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.match("/*")) {
      state.comment = true;
      return "comment";
    }
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'(?:[^'\\]|\\.)*'?/)) return "string";
    if (stream.match(/^-?\d[\w.]*/)) return "number";
    if (stream.match(KEYWORDS)) return "keyword";
    if (stream.match(TYPES)) return "propertyName";
    if (stream.match(/^[\w.]+/)) return null;
    stream.next();
    return null;
  },
};
