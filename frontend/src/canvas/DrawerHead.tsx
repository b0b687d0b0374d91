import { ActionIcon } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useView } from "@/stores/view";
import { RunId } from "@/ui/RunId";
import classes from "./Designer.module.css";

/** Which run is shown below the canvas, and the way out. */
export function DrawerHead({ run }: { run: string }) {
  const { t } = useTranslation("canvas");
  const show = useView((state) => state.show);
  return (
    <div className={classes.drawerHead}>
      <span className={classes.drawerTitle}>{t("drawer.title")}</span>
      <RunId id={run} />
      <span className={classes.grow} />
      <ActionIcon aria-label={t("drawer.close")} onClick={() => show({ run: null })}>
        <IconX size={16} />
      </ActionIcon>
    </div>
  );
}
