import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { defaultsOf, ICONS, KINDS } from "./kinds";
import classes from "./PoliciesPage.module.css";
import { type Kind, type PolicySet, useSchemas } from "./wire";
import { shortName, valueWords } from "./words";

const EMPTY = new Set(["", "null", "{}", "[]"]);

/** What holds where no policy does, by kind. */
export function Defaults({ set, onAdd }: { set: PolicySet; onAdd(kind: Kind): void }) {
  const { t } = useTranslation("policies");
  const schemas = useSchemas().data;
  if (!schemas) return null;
  return (
    <section className={classes.group} aria-label={t("defaults.title")}>
      <h2 className={classes.heading}>
        {t("defaults.title")}
        <span className={classes.quiet}>{t("defaults.text")}</span>
      </h2>
      <div className={classes.cards}>
        {KINDS.map((kind) => {
          const Icon = ICONS[kind];
          return (
            <article key={kind} className={classes.card}>
              <h3 className={classes.cardTitle}>
                <Icon size={16} stroke={1.7} aria-hidden /> {t(`kind.${kind}`)}
              </h3>
              <p className={classes.quiet}>{t(`about.${kind}`)}</p>
              <dl className={classes.facts}>
                {Object.entries(defaultsOf(schemas[kind]))
                  .filter(
                    ([, value]) => !EMPTY.has(typeof value === "string" ? value : JSON.stringify(value)),
                  )
                  .map(([name, value]) => (
                    <div key={name}>
                      <dt>{shortName(name, t)}</dt>
                      <dd>{valueWords(name, value, t)}</dd>
                    </div>
                  ))}
              </dl>
              {set.may_change && (
                <Button
                  variant="default"
                  size="xs"
                  onClick={() => onAdd(kind)}
                  aria-label={t("defaults.change", { kind: t(`kind.${kind}`) })}
                >
                  {t("defaults.add")}
                </Button>
              )}
            </article>
          );
        })}
      </div>
    </section>
  );
}
