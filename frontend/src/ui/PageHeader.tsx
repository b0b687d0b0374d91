import { IconChevronRight } from "@tabler/icons-react";
import { Fragment, type ReactNode, useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import classes from "./PageHeader.module.css";

export type Crumb = { label: ReactNode; to?: string };

type Props = {
  /** From the outermost place to this page; the last one is the page itself. */
  crumbs: Crumb[];
  /** The browser tab's title; without it the last crumb when that is plain text. */
  title?: string;
  /** Stands right after the breadcrumb: "Saved", a status. */
  status?: ReactNode;
  /** Stands at the right end: buttons. */
  actions?: ReactNode;
};

/** What a page shows in the shell's top bar. */
export function PageHeader({ crumbs, title, status, actions }: Props) {
  const { t } = useTranslation();
  const [bar, setBar] = useState<HTMLElement | null>(null);
  useEffect(() => setBar(document.getElementById("topbar")), []);
  const last = crumbs.at(-1)?.label;
  const tab = title ?? (typeof last === "string" ? last : undefined);
  useEffect(() => {
    document.title = tab ? `${tab} · ${t("product")}` : t("product");
  }, [tab, t]);
  if (!bar) return null;
  return createPortal(
    <div className={classes.bar}>
      <ol className={classes.crumbs}>
        {crumbs.map((crumb, index) => (
          <Fragment key={crumb.to ?? "here"}>
            {index > 0 && <IconChevronRight size={14} className={classes.chevron} aria-hidden />}
            <li className={crumb.to ? classes.way : classes.here}>
              {crumb.to ? <Link to={crumb.to}>{crumb.label}</Link> : crumb.label}
            </li>
          </Fragment>
        ))}
      </ol>
      {status && <div className={classes.status}>{status}</div>}
      <div className={classes.gap} />
      {actions && <div className={classes.actions}>{actions}</div>}
    </div>,
    bar,
  );
}
