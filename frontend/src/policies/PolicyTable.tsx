import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconFilterOff, IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/ui/EmptyState";
import { lastChange } from "./changes";
import { askedKind, type Filters, filtersAny, fits } from "./filters";
import { defaultsOf, ICONS, KINDS, ONLY_BY_POLICY } from "./kinds";
import { PolicyRow } from "./PolicyRow";
import classes from "./PolicyTable.module.css";
import { type Kind, type Policy, type PolicySet, useHistory, useSchemas } from "./wire";
import { specWords } from "./words";

const EMPTY = new Set(["", "0", "null", "{}", "[]"]);

interface Props {
  set: PolicySet;
  filters: Filters;
  onAdd(kind: Kind): void;
  onEdit(policy: Policy): void;
  onClear(): void;
}

/**
 * By kind: what holds everywhere else, and under it where a policy says otherwise, in the order that counts. With
 * filters only the kinds that have a policy among those asked for, or the kind that is asked for.
 */
export function PolicyTable({ set, filters, onAdd, onEdit, onClear }: Props) {
  const { t } = useTranslation("policies");
  const schemas = useSchemas().data;
  const history = useHistory().data?.pages.flatMap((page) => page.results) ?? [];
  if (!schemas) return null;
  const found = set.policies.filter((policy) => fits(policy, filters));
  const kinds = KINDS.filter(
    (kind) =>
      !filtersAny(filters) || found.some((policy) => policy.kind === kind) || onlyKind(filters) === kind,
  );
  if (kinds.length === 0)
    return (
      <EmptyState
        icon={<IconFilterOff size={24} stroke={1.6} />}
        title={t("filter.none.title")}
        text={t("filter.none.text")}
        action={
          <Button variant="default" onClick={onClear}>
            {t("filter.clear")}
          </Button>
        }
      />
    );
  return (
    <div className={classes.table}>
      {kinds.map((kind) => {
        const Icon = ICONS[kind];
        const title = t(`kind.${kind}`);
        const defaults = Object.entries(defaultsOf(schemas[kind])).filter(
          ([, value]) =>
            !ONLY_BY_POLICY.has(kind) &&
            !EMPTY.has(typeof value === "string" ? value : JSON.stringify(value)),
        );
        const some = set.policies.some((policy) => policy.kind === kind);
        const own = found.filter((policy) => policy.kind === kind);
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
                  {t(some ? "defaults.elsewhere" : "defaults.everywhere")}
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

/** The kind, where nothing else is asked for: its defaults are an answer, too. */
const onlyKind = (filters: Filters) =>
  filtersAny({ ...filters, kind: "" }) ? undefined : askedKind(filters);
