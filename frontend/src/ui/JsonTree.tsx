import { ActionIcon, Tooltip, UnstyledButton } from "@mantine/core";
import { IconChevronRight, IconRoute } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "./CopyButton";
import classes from "./JsonTree.module.css";
import { ENTRIES, type JsonLine, jsonLines } from "./jsonLines";

const FOLD_AT = 240;

/** JSON as a tree: folds, and gives each value and its path to copy. */
export function JsonTree({ value }: { value: unknown }) {
  const { t } = useTranslation("trace");
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [shown, setShown] = useState<ReadonlyMap<string, number>>(new Map());
  const lines = useMemo(() => jsonLines(value, { toggled, shown }), [value, toggled, shown]);
  const toggle = (path: string) =>
    setToggled((before) => {
      const after = new Set(before);
      if (!after.delete(path)) after.add(path);
      return after;
    });
  const showMore = (path: string) =>
    setShown((before) => new Map(before).set(path, (before.get(path) ?? ENTRIES) + 10 * ENTRIES));
  return (
    <div className={classes.tree}>
      {lines.map((line) =>
        line.left ? (
          <UnstyledButton
            key={line.path}
            className={classes.more}
            style={{ paddingLeft: indent(line) + 18 }}
            onClick={() => showMore(String(line.value))}
          >
            {t("json.more", { count: line.left })}
          </UnstyledButton>
        ) : (
          <Line key={line.path} line={line} onToggle={toggle} />
        ),
      )}
    </div>
  );
}

function indent({ depth }: JsonLine): number {
  return 6 + depth * 16;
}

function Line({ line, onToggle }: { line: JsonLine; onToggle(path: string): void }) {
  const { t } = useTranslation("trace");
  const foldable = line.size !== null && line.size > 0;
  return (
    <div className={classes.line} style={{ paddingLeft: indent(line) }}>
      {foldable ? (
        <UnstyledButton
          className={classes.toggle}
          onClick={() => onToggle(line.path)}
          aria-expanded={line.open}
          aria-label={line.path}
        >
          <IconChevronRight size={12} className={line.open ? classes.opened : undefined} aria-hidden />
        </UnstyledButton>
      ) : (
        <span className={classes.toggle} />
      )}
      <span className={classes.content}>
        {line.name !== null && <span className={classes.name}>{line.name}: </span>}
        <Value line={line} />
      </span>
      <span className={classes.tools}>
        <Tooltip label={line.path}>
          <ActionIcon
            size="sm"
            aria-label={t("json.copyPath")}
            onClick={() => void navigator.clipboard.writeText(line.path.replace(/^\$\.?/, ""))}
          >
            <IconRoute size={14} />
          </ActionIcon>
        </Tooltip>
        <CopyButton value={copied(line.value)} label={t("json.copyValue")} />
      </span>
    </div>
  );
}

function copied(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "");
}

function Value({ line: { value, size, open } }: { line: JsonLine }) {
  const { t } = useTranslation("trace");
  if (size === null) return typeof value === "string" ? <Text text={value} /> : <Plain value={value} />;
  const list = Array.isArray(value);
  if (size === 0) return <span className={classes.quiet}>{list ? "[]" : "{}"}</span>;
  const words = t(list ? "json.items" : "json.fields", { count: size });
  return <span className={classes.quiet}>{open ? words : `${words} …`}</span>;
}

function Plain({ value }: { value: unknown }) {
  const look = value === null ? classes.quiet : typeof value === "number" ? classes.number : classes.word;
  return <span className={look}>{String(value)}</span>;
}

function Text({ text }: { text: string }) {
  const { t } = useTranslation("trace");
  const [open, setOpen] = useState(false);
  if (text.length <= FOLD_AT || open) return <span className={classes.text}>"{text}"</span>;
  return (
    <span className={classes.text}>
      "{text.slice(0, FOLD_AT)}…"{" "}
      <UnstyledButton className={classes.unfold} onClick={() => setOpen(true)}>
        {t("text.showAll", { count: text.length })}
      </UnstyledButton>
    </span>
  );
}
