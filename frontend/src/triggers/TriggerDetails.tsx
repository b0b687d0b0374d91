import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { formatMoment } from "@/ui/duration";
import { RelativeTime } from "@/ui/RelativeTime";
import { shortRunId } from "@/ui/RunId";
import classes from "./TriggersPage.module.css";
import { type Firing, type Trigger, useFirings } from "./wire";

/** When a schedule is due next, whose rights count, and what came lately. */
export function TriggerDetails({ trigger }: { trigger: Trigger }) {
  const { t } = useTranslation("triggers");
  const firings = useFirings(trigger.id);
  return (
    <div className={classes.details}>
      <p className={classes.facts}>
        {trigger.run_as ? t("runsAs", { name: trigger.run_as }) : t("runsAsNobody")}{" "}
        {trigger.version === null ? t("newestVersion") : t("fixedVersion", { number: trigger.version })}
        {trigger.figures.bad_signatures > 0 &&
          ` ${t("badSignatures", { count: trigger.figures.bad_signatures })}`}
      </p>
      {trigger.next_at.length > 0 && <NextMoments moments={trigger.next_at} />}
      <h3 className={classes.heading}>{t("history")}</h3>
      {firings.error && !firings.data && <p role="alert">{firings.error.message}</p>}
      {firings.data?.length === 0 && <p className={classes.quiet}>{t("noHistory")}</p>}
      {firings.data && firings.data.length > 0 && (
        <table className={classes.history}>
          <thead>
            <tr>
              <th scope="col">{t("column.at")}</th>
              <th scope="col">{t("column.outcome")}</th>
              <th scope="col">{t("column.what")}</th>
            </tr>
          </thead>
          <tbody>
            {firings.data.map((firing) => (
              <FiringRow key={firing.id} firing={firing} />
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function FiringRow({ firing }: { firing: Firing }) {
  const { t } = useTranslation("triggers");
  return (
    <tr>
      <td>
        <RelativeTime at={firing.at} />
      </td>
      <td>
        <span className={classes.outcome} data-outcome={firing.outcome}>
          {t(`outcome.${firing.outcome}`)}
        </span>
      </td>
      <td>
        {firing.run ? (
          <Link
            className="mono"
            to={`/runs/${firing.run}`}
            aria-label={`${t("openRun")} ${shortRunId(firing.run)}`}
          >
            {shortRunId(firing.run)}
          </Link>
        ) : (
          firing.message
        )}
        {firing.event !== null && (
          <details>
            <summary>{t("event")}</summary>
            <pre className={classes.event}>{JSON.stringify(firing.event, null, 2)}</pre>
          </details>
        )}
      </td>
    </tr>
  );
}

/** The next moments of a schedule, in the reader's own time. */
export function NextMoments({ moments }: { moments: readonly string[] }) {
  const { t, i18n } = useTranslation("triggers");
  return (
    <>
      <h3 className={classes.heading}>{t("next")}</h3>
      <ol className={classes.moments}>
        {moments.map((moment) => (
          <li key={moment}>
            <time dateTime={moment}>{formatMoment(new Date(moment).getTime(), i18n.language)}</time>
          </li>
        ))}
      </ol>
    </>
  );
}
