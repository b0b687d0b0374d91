import { ActionIcon, Tooltip } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { lastChange } from "./changes";
import { defaultsOf, ICONS, KINDS } from "./kinds";
import { PolicyRow } from "./PolicyRow";
import classes from "./PolicyTable.module.css";
import { type Kind, type Policy, type PolicySet, useHistory, useSchemas } from "./wire";
import { specWords } from "./words";

const EMPTY = new Set(["", "0", "null", "{}", "[]"]);

interface Props {
  set: PolicySet;
  onAdd(kind: Kind): void;
  onEdit(policy: Policy): void;
}

/** By kind: what holds everywhere else, and under it where a policy says otherwise, in the order that counts. */
export function PolicyTable({ set, onAdd, onEdit }: Props) {
  const { t } = useTranslation("policies");
  const schemas = useSchemas().data;
  const history = useHistory().data?.pages.flatMap((page) => page.results) ?? [];
  if (!schemas) return null;
  return (
    <div className={classes.table}>
      {KINDS.map((kind) => {
        const Icon = ICONS[kind];
        const title = t(`kind.${kind}`);
        const defaults = Object.entries(defaultsOf(schemas[kind])).filter(
          ([, value]) => !EMPTY.has(typeof value === "string" ? value : JSON.stringify(value)),
        );
        const own = set.policies.filter((policy) => policy.kind === kind);
        return (
          <section key={kind} className={classes.kind} aria-label={title}>
            <header className={classes.head}>
              <span className={classes.chip} aria-hidden>
                <Icon size={16} stroke={1.7} />
              </span>
              <div className={classes.words}>
                <h2>{title}</h2>
                <p>{t(`about.${kind}`)}</p>
              </div>
              <div className={classes.words}>
                <span className={classes.label}>
                  {t(own.length > 0 ? "defaults.elsewhere" : "defaults.everywhere")}
                </span>
                <span className={classes.holds}>
                  {specWords(Object.fromEntries(defaults), t) || t("defaults.nothing")}
                </span>
              </div>
              {set.may_change && (
                <Tooltip label={t("defaults.change", { kind: title })}>
                  <ActionIcon
                    variant="default"
                    onClick={() => onAdd(kind)}
                    aria-label={t("defaults.change", { kind: title })}
                  >
                    <IconPlus size={16} />
                  </ActionIcon>
                </Tooltip>
              )}
            </header>
            {own.length > 0 && (
              <ul className={classes.own}>
                {own.map((policy) => (
                  <PolicyRow
                    key={policy.name}
                    policy={policy}
                    set={set}
                    changed={lastChange(history, policy.name)}
                    onEdit={() => onEdit(policy)}
                  />
                ))}
              </ul>
            )}
          </section>
        );
      })}
    </div>
  );
}
