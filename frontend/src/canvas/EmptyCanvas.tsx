import { Button } from "@mantine/core";
import { IconPlayerPlay, IconSitemap } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useDocument } from "@/stores/document";
import { EmptyState } from "@/ui/EmptyState";
import classes from "./Designer.module.css";
import type { Editor } from "./editor";
import { place } from "./place";

/** On an empty canvas: the one thing to do. */
export function EmptyCanvas({ editor }: { editor: Editor }) {
  const { t } = useTranslation("canvas");
  const empty = useDocument((state) => state.draft.structure.nodes.length === 0);
  if (!empty) return null;
  return (
    <div className={classes.empty}>
      <EmptyState
        icon={<IconSitemap size={24} stroke={1.6} />}
        title={t("empty.title")}
        text={t("empty.text")}
        action={
          <Button leftSection={<IconPlayerPlay size={16} />} onClick={() => place(editor, { kind: "start" })}>
            {t("empty.action")}
          </Button>
        }
      />
    </div>
  );
}
