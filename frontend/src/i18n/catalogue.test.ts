import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = join(import.meta.dirname, "..");
const PLURAL = /_(zero|one|two|few|many|other)$/;

/** What the catalogue holds, as `namespace:path.to.key`, plural forms as one. */
function catalogue(): Set<string> {
  const keys = new Set<string>();
  const walk = (namespace: string, path: string[], value: unknown) => {
    if (typeof value === "string") keys.add(`${namespace}:${path.join(".").replace(PLURAL, "")}`);
    else for (const [name, item] of Object.entries(value as object)) walk(namespace, [...path, name], item);
  };
  for (const file of readdirSync(join(SRC, "i18n", "en"))) {
    walk(file.replace(".json", ""), [], JSON.parse(readFileSync(join(SRC, "i18n", "en", file), "utf8")));
  }
  return keys;
}

function sources(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => readFileSync(join(SRC, name), "utf8"));
}

const CALL = /\bt\(\s*(?:[\w.]+ \? )?(["`])((?:(?!\1)[^\\\n])*)\1/g;
const NAMESPACES = /useTranslation\((?:"(\w+)"|\[([^\]]*)\])|TFunction<"(\w+)">/g;

interface Use {
  namespaces: string[];
  key: string;
}

/** Every `t("key")` and `` t(`key.${part}`) `` of a file, with the namespaces that file reads. */
function usesOf(text: string): Use[] {
  const named = [...text.matchAll(NAMESPACES)].flatMap(([, one, several, typed]) =>
    one || typed
      ? [one ?? typed ?? ""]
      : [...(several ?? "").matchAll(/"(\w+)"/g)].map(([, name]) => name ?? ""),
  );
  const around = [...new Set([...named, "app", ...(text.includes("editor.t(") ? ["canvas"] : [])])];
  return [...text.matchAll(CALL)].map(([, , key = ""]) => {
    const [namespace, rest] = key.includes(":") ? (key.split(":") as [string, string]) : ["", key];
    return { namespaces: namespace ? [namespace] : around, key: rest };
  });
}

/** `port.${port}` as a pattern for the keys it may stand for. */
function patternOf(key: string): RegExp {
  const parts = key.split(/\$\{[^}]*\}/).map((part) => part.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^:]+")}$`);
}

describe("the translation catalogue", () => {
  const keys = catalogue();
  const files = sources();
  const uses = files.flatMap(usesOf);

  it("has every key that is used", () => {
    const missing = uses.filter(({ namespaces, key }) => {
      const pattern = patternOf(key);
      return !namespaces.some((name) =>
        [...keys].some((known) => known.startsWith(`${name}:`) && pattern.test(known.slice(name.length + 1))),
      );
    });
    expect(missing.map(({ namespaces, key }) => `${namespaces.join("|")}:${key}`)).toEqual([]);
  });

  it("holds nothing that no file speaks of", () => {
    const text = files.join("\n");
    const patterns = uses.filter(({ key }) => key.includes("${")).map(({ key }) => patternOf(key));
    const unused = [...keys].filter((known) => {
      const key = known.slice(known.indexOf(":") + 1);
      if (patterns.some((pattern) => pattern.test(key))) return false;
      return !['"', "`", ":"].some(
        (before) => text.includes(`${before}${key}"`) || text.includes(`${before}${key}\``),
      );
    });
    expect(unused).toEqual([]);
  });
});
