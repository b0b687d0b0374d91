import { Skeleton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ErrorState } from "@/ui/ErrorState";
import { addHandler } from "../commands/addHandler";
import { PALETTE_SEARCH } from "../commands/findStep";
import type { Editor } from "../editor";
import { focusNode } from "../focusNode";
import { place } from "../place";
import { useAgentsLoaded } from "../useAgentsLoaded";
import classes from "./Palette.module.css";
import { PieceList } from "./PieceList";
import { usePieces } from "./usePieces";

const ROWS = [1, 2, 3, 4];

/** Everything that can be put on the canvas, at its left: dragged, clicked, or found and entered. */
export function Palette({ editor }: { editor: Editor }) {
  const { t } = useTranslation("canvas");
  const agents = useAgentsLoaded();
  const groups = usePieces();
  return (
    <aside className={classes.palette} aria-label={t("palette.label")}>
      <PieceList
        groups={groups}
        searchId={PALETTE_SEARCH}
        draggable
        onPick={(entry) => {
          if (entry.action) {
            void addHandler.perform(editor);
            return;
          }
          const id = place(editor, entry.piece);
          if (id) focusNode(id);
        }}
        foot={
          <>
            {agents.isPending && ROWS.map((row) => <Skeleton key={row} height={42} mb={6} mx={8} w="auto" />)}
            {agents.isError && <ErrorState error={agents.error} onRetry={() => void agents.refetch()} />}
            {agents.data?.length === 0 && <p className={classes.hint}>{t("palette.noAgents")}</p>}
          </>
        }
      />
    </aside>
  );
}
