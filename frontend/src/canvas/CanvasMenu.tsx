import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { canAlign } from "./alignSelection";
import { CommandItems } from "./CommandItems";
import { addHandler } from "./commands/addHandler";
import { alignBottom } from "./commands/alignBottom";
import { alignCentre } from "./commands/alignCentre";
import { alignLeft } from "./commands/alignLeft";
import { alignMiddle } from "./commands/alignMiddle";
import { alignRight } from "./commands/alignRight";
import { alignTop } from "./commands/alignTop";
import { autoLayout } from "./commands/autoLayout";
import { connectStep } from "./commands/connectStep";
import { copy } from "./commands/copy";
import { cut } from "./commands/cut";
import { duplicate } from "./commands/duplicate";
import { findStep } from "./commands/findStep";
import { fitView } from "./commands/fitView";
import { paste } from "./commands/paste";
import { remove } from "./commands/remove";
import { rename } from "./commands/rename";
import { selectAll } from "./commands/selectAll";
import type { Editor } from "./editor";

const ALIGN = [alignLeft, alignCentre, alignRight, alignTop, alignMiddle, alignBottom];

/** The context menu: of the selection, or of the canvas. */
export function CanvasMenu({
  editor,
  at,
  onClose,
}: {
  editor: Editor;
  at: { x: number; y: number } | null;
  onClose(): void;
}) {
  const { t } = useTranslation("canvas");
  const some = at !== null && (editor.view().nodes.size > 0 || editor.view().edges.size > 0);
  return (
    <Menu
      opened={at !== null}
      onChange={(open) => !open && onClose()}
      position="bottom-start"
      width={264}
      offset={0}
      hideDetached={false}
    >
      <Menu.Target>
        <div
          aria-hidden
          style={{ position: "fixed", left: at?.x ?? 0, top: at?.y ?? 0, width: 1, height: 1 }}
        />
      </Menu.Target>
      <Menu.Dropdown aria-label={t("menu")}>
        {some ? (
          <>
            <CommandItems
              editor={editor}
              commands={[connectStep, addHandler, cut, copy, duplicate, rename]}
            />
            {canAlign(editor) && (
              <>
                <Menu.Divider />
                <CommandItems editor={editor} commands={ALIGN} />
              </>
            )}
            <Menu.Divider />
            <CommandItems editor={editor} commands={[remove]} />
          </>
        ) : (
          <>
            <CommandItems editor={editor} commands={[findStep, paste, selectAll]} />
            <Menu.Divider />
            <CommandItems editor={editor} commands={[autoLayout, fitView]} />
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
