import { useTranslation } from "react-i18next";
import type { RunView, StepView } from "@/graph/runTypes";
import { StatusIcon } from "@/ui/StatusMark";
import { stepLabel } from "../labels";
import classes from "./ForkDialog.module.css";
import type { ForkPlan } from "./forkPlan";

const SHOWN = 12;

/** What the new run takes over as it was, and what it runs again. */
export function ForkPreview({ view, plan }: { view: RunView; plan: ForkPlan }) {
  const { t, i18n } = useTranslation("trace");
  const undone = plan.kept.filter(({ status }) => status === "compensated");
  const names = undone.slice(0, SHOWN).map(({ key }) => stepLabel(view, key, t));
  return (
    <>
      <div className={classes.preview}>
        <Side
          title={t("fork.kept", { count: plan.kept.length })}
          none={t("fork.keptNone")}
          view={view}
          steps={plan.kept}
          kept
        />
        <Side
          title={t("fork.again", { count: plan.again.length })}
          none={t("fork.againNone")}
          view={view}
          steps={plan.again}
        />
      </div>
      {undone.length > 0 && (
        <p className={classes.undone} role="note">
          {t("fork.undone", {
            count: undone.length,
            steps: new Intl.ListFormat(i18n.language).format(names),
          })}
        </p>
      )}
    </>
  );
}

interface SideProps {
  title: string;
  none: string;
  view: RunView;
  steps: readonly StepView[];
  kept?: boolean;
}

function Side({ title, none, view, steps, kept = false }: SideProps) {
  const { t } = useTranslation("trace");
  return (
    <section className={classes.side}>
      <h3>{title}</h3>
      {steps.length === 0 && <p>{none}</p>}
      <ul>
        {steps.slice(0, SHOWN).map((step) => (
          <li key={step.key} title={step.key}>
            <StatusIcon status={kept ? step.status : "pending"} size={13} />
            <span className="ellipsis">{stepLabel(view, step.key, t)}</span>
          </li>
        ))}
      </ul>
      {steps.length > SHOWN && <p>{t("fork.more", { count: steps.length - SHOWN })}</p>}
    </section>
  );
}
