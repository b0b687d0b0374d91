import { FocusTrap, Paper } from "@mantine/core";
import { useClickOutside } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { COMPENSATE } from "@/graph/compensation";
import type { NodeKind } from "@/graph/model";
import { traitsOf } from "@/graph/traits";
import type { Ask } from "@/stores/view";
import type { Editor } from "../editor";
import { place } from "../place";
import { PieceList } from "./PieceList";
import classes from "./QuickAdd.module.css";
import { usePieces } from "./usePieces";

const WIDTH = 300;
const HEIGHT = 380;
/** The canvas keeps presses of the mouse to itself. */
const POINTER = ["pointerdown"];

const NEVER_NEXT: ReadonlySet<NodeKind> = new Set(["start", "note", "group"]);

/** The palette as a small window: where an edge was dropped on nothing, or to put a step into an edge. */
export function QuickAdd({ editor, ask, onClose }: { editor: Editor; ask: Ask; onClose(): void }) {
  const { t } = useTranslation("canvas");
  const [box, setBox] = useState<HTMLElement | null>(null);
  useClickOutside(onClose, POINTER, [box], box !== null, true);
  const undoing = ask.after?.port === COMPENSATE;
  const groups = usePieces()
    .map((group) => ({
      ...group,
      entries: group.entries.filter(
        ({ piece, action }) =>
          !action && (undoing ? traitsOf(piece.kind).handler : !NEVER_NEXT.has(piece.kind)),
      ),
    }))
    .filter((group) => group.entries.length > 0);
  const left = Math.min(ask.screen.x + 8, window.innerWidth - WIDTH - 12);
  const top = Math.min(ask.screen.y - 24, window.innerHeight - HEIGHT - 12);
  return (
    <FocusTrap>
      <Paper
        className={classes.window}
        style={{ left, top, width: WIDTH, height: HEIGHT }}
        role="dialog"
        aria-label={undoing ? t("palette.addHandler") : t("palette.addNext")}
        onKeyDown={(event) => event.key === "Escape" && onClose()}
      >
        <div ref={setBox} className={classes.box}>
          <PieceList
            groups={groups}
            autoFocus
            onPick={(entry) => {
              const shift = ask.after ? { x: ask.at.x + 130, y: ask.at.y } : ask.at;
              place(editor, entry.piece, {
                at: shift,
                ...(ask.after && { after: ask.after }),
                ...(ask.into && { into: ask.into }),
              });
              onClose();
            }}
          />
        </div>
      </Paper>
    </FocusTrap>
  );
}
