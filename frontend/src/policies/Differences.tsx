import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { ErrorState } from "@/ui/ErrorState";
import { valueAt } from "./kinds";
import classes from "./PoliciesPage.module.css";
import { useDiff } from "./wire";
import { matchWords, shortName, specWords, valueWords } from "./words";

/** What differs between two sets, policy by policy and field by field. */
export function Differences({ before, after }: { before: number; after: number }) {
  const { t } = useTranslation("policies");
  const found = useDiff(before, after);
  if (found.error) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return null;
  if (found.data.length === 0) return <p className={classes.quiet}>{t("diff.same")}</p>;
  return (
    <ul className={classes.diff}>
      {found.data.map((each) => (
        <li key={`${each.change} ${each.name}`} data-change={each.change}>
          <span className={classes.change}>{t(`diff.${each.change}`)}</span> <b>{each.name}</b>
          {each.change !== "changed" && each.change !== "moved" && (
            <span className={classes.quiet}>
              {" "}
              {t(`kind.${(each.after ?? each.before)?.kind ?? "retry"}`)} ·{" "}
              {matchWords((each.after ?? each.before)?.match ?? {}, t)}{" "}
              {specWords((each.after ?? each.before)?.spec ?? {}, t)}
            </span>
          )}
          {each.fields.map((field) => {
            const name = field.split("/").at(-1) ?? field;
            return (
              <div key={field} className={classes.fieldChange}>
                <span>{shortName(name, t)}</span>
                <del>{shown(name, valueAt(each.before, field), t)}</del>
                <ins>{shown(name, valueAt(each.after, field), t)}</ins>
              </div>
            );
          })}
        </li>
      ))}
    </ul>
  );
}

function shown(name: string, value: unknown, t: TFunction<"policies">): string {
  return value === undefined || value === "" ? t("diff.default") : valueWords(name, value, t);
}
