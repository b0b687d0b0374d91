import { useTranslation } from "react-i18next";
import { Outlet } from "react-router";
import { RejectedAlerts } from "@/contracts/RejectedAlerts";
import { CommandPalette } from "./CommandPalette";
import { ConnectionBar } from "./ConnectionBar";
import { Rail } from "./Rail";
import classes from "./Shell.module.css";

/** The frame of every page: rail on the left, slim top bar (filled by the page's `PageHeader`), content below. */
export function Shell() {
  const { t } = useTranslation();
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {t("nav.skip")}
      </a>
      <Rail />
      <div className={classes.column}>
        <header id="topbar" className={classes.topbar} />
        <ConnectionBar />
        <main id="content" className={classes.content} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <CommandPalette />
      <RejectedAlerts />
    </div>
  );
}
