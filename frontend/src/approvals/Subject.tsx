import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { OpenApproval } from "@/wire/types";
import classes from "./Subject.module.css";
import { shortValue } from "./shortValue";

/** What the run was started with, each value in a line; for what is cut, the way to the run. */
export function Subject({ run, input }: Pick<OpenApproval, "run" | "input">) {
  const { t } = useTranslation("approvals");
  const values = Object.entries(input ?? {}).map(([name, value]) => ({ name, ...shortValue(value) }));
  if (input !== null && values.length === 0) return null;
  const cut = input === null || values.some((value) => value.cut);
  return (
    <section className={classes.subject} aria-label={t("input")}>
      <h3>{t("input")}</h3>
      {values.length > 0 && (
        <dl>
          {values.map(({ name, text }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      )}
      {cut && <Link to={`/runs/${run}`}>{t(input === null ? "inputLarge" : "inputCut")}</Link>}
    </section>
  );
}
