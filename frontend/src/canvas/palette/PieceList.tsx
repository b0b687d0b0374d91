import { CloseButton, TextInput } from "@mantine/core";
import { IconSearch, IconX } from "@tabler/icons-react";
import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconChip } from "@/ui/IconChip";
import { DRAG_TYPE } from "../place";
import classes from "./PieceList.module.css";
import { type Entry, type EntryGroup, searchPieces } from "./usePieces";

interface Props {
  groups: EntryGroup[];
  onPick(entry: Entry): void;
  searchId?: string;
  autoFocus?: boolean;
  draggable?: boolean;
  /** Stands under the list: loading, an error, nothing registered. */
  foot?: ReactNode;
}

/** Search first, then what was found in groups; arrows and Enter work from the search field. */
export function PieceList({ groups, onPick, searchId, autoFocus = false, draggable = false, foot }: Props) {
  const { t } = useTranslation("canvas");
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(-1);
  const list = useRef<HTMLDivElement>(null);
  const shown = searchPieces(groups, query);
  const flat = shown.flatMap((group) => group.entries);
  const active = query && at < 0 ? 0 : at;

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const next = Math.min(flat.length - 1, Math.max(0, active + step));
      setAt(next);
      list.current?.querySelectorAll("button")[next]?.scrollIntoView({ block: "nearest" });
    }
    const chosen = flat[active];
    if (event.key === "Enter" && chosen) {
      event.preventDefault();
      onPick(chosen);
    }
  };
  return (
    <div className={classes.box}>
      <TextInput
        id={searchId}
        className={classes.search}
        size="sm"
        value={query}
        autoFocus={autoFocus}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setAt(-1);
        }}
        onKeyDown={onKeyDown}
        placeholder={t("palette.search")}
        aria-label={t("palette.search")}
        leftSection={<IconSearch size={16} stroke={1.7} />}
        rightSection={
          query ? (
            <CloseButton
              size="sm"
              aria-label={t("palette.clear")}
              icon={<IconX size={14} />}
              onClick={() => setQuery("")}
            />
          ) : undefined
        }
      />
      <div className={classes.list} ref={list}>
        {shown.map((group) => (
          <section key={group.key} aria-label={group.title}>
            <h3 className={classes.group}>{group.title}</h3>
            <div className={group.tiles && !query ? classes.tiles : undefined}>
              {group.entries.map((entry) => (
                <Piece
                  key={entry.id}
                  entry={entry}
                  active={flat[active] === entry}
                  draggable={draggable}
                  small={group.tiles && !query}
                  onPick={() => onPick(entry)}
                />
              ))}
            </div>
          </section>
        ))}
        {flat.length === 0 && query && <p className={classes.none}>{t("palette.none", { query })}</p>}
        {foot}
      </div>
    </div>
  );
}

type PieceProps = { entry: Entry; active: boolean; draggable: boolean; small: boolean; onPick(): void };

function Piece({ entry, active, draggable, small, onPick }: PieceProps) {
  const { t } = useTranslation("canvas");
  return (
    <button
      type="button"
      className={classes.piece}
      data-active={active || undefined}
      draggable={draggable && !entry.action}
      onClick={onPick}
      onDragStart={(event) => {
        event.dataTransfer.setData(DRAG_TYPE, JSON.stringify(entry.piece));
        event.dataTransfer.effectAllowed = "copy";
      }}
      title={entry.text}
    >
      <IconChip icon={entry.look.icon} tint={entry.look.tint} size={small ? 26 : 30} />
      <span className={classes.words}>
        <span className={classes.title}>{entry.title}</span>
        <span className={classes.text}>{entry.away ? t("palette.away") : entry.text}</span>
      </span>
    </button>
  );
}
