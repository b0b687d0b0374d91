import type { ReactNode } from "react";
import classes from "./EmptyState.module.css";

type Props = { icon: ReactNode; title: string; text?: ReactNode; action?: ReactNode };

/** An empty place that shows the one thing to do. */
export function EmptyState({ icon, title, text, action }: Props) {
  return (
    <div className={classes.empty}>
      <div className={classes.icon}>{icon}</div>
      <h2 className={classes.title}>{title}</h2>
      {text && <p className={classes.text}>{text}</p>}
      {action && <div className={classes.action}>{action}</div>}
    </div>
  );
}
