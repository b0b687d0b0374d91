import { Button, Drawer } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { RelativeTime } from "@/ui/RelativeTime";
import { defaultsOf } from "./kinds";
import classes from "./PolicyDetail.module.css";
import { type Policy, type PolicySet, useHistory, useSchemas } from "./wire";
import { matchWords, shortName, valueWords } from "./words";

interface Props {
  name: string;
  set: PolicySet;
  onEdit(policy: Policy): void;
  onClose(): void;
}

/** One policy, at an address of its own: where it holds, every field with what it says, and its changes. */
export function PolicyDetail({ name, set, onEdit, onClose }: Props) {
  const { t } = useTranslation("policies");
  const policy = set.policies.find((one) => one.name === name);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={480}
      title={name}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      {policy ? <Detail policy={policy} /> : <p>{t("filter.none.title")}</p>}
      <Changes name={name} />
      {policy && set.may_change && (
        <Button mt="lg" onClick={() => onEdit(policy)}>
          {t("edit")}
        </Button>
      )}
    </Drawer>
  );
}

function Detail({ policy }: { policy: Policy }) {
  const { t } = useTranslation("policies");
  const defaults = defaultsOf(useSchemas().data?.[policy.kind]);
  const fields = [...new Set([...Object.keys(defaults), ...Object.keys(policy.spec)])];
  return (
    <>
      <p className={classes.about}>{t(`about.${policy.kind}`)}</p>
      <dl className={classes.facts}>
        <Fact name={t("form.kind")}>{t(`kind.${policy.kind}`)}</Fact>
        <Fact name={t("form.match")}>{matchWords(policy.match, t)}</Fact>
        <Fact name={t("filter.state")}>{t(policy.enabled ? "filter.on" : "filter.off")}</Fact>
        {policy.note && <Fact name={t("form.note")}>{policy.note}</Fact>}
      </dl>
      <h2 className={classes.heading}>{t("form.spec")}</h2>
      <dl className={classes.facts}>
        {fields.map((field) => {
          const own = policy.spec[field];
          const value = own ?? defaults[field] ?? "";
          return (
            <Fact key={field} name={shortName(field, t)}>
              {valueWords(field, value, t) || "–"}
              {own === undefined && <small> ({t("diff.default")})</small>}
            </Fact>
          );
        })}
      </dl>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What was done to it, newest first, as far as the newest changes of all policies reach. */
function Changes({ name }: { name: string }) {
  const { t } = useTranslation("policies");
  const rows = useHistory().data?.pages.flatMap((page) => page.results) ?? [];
  const own = rows.filter(({ title }) => title === name);
  if (own.length === 0) return null;
  return (
    <>
      <h2 className={classes.heading}>{t("view.history")}</h2>
      <ul className={classes.changes} aria-label={t("view.history")}>
        {own.map((row) => (
          <li key={row.number}>
            {t(`action.${row.action}`, { title: name, defaultValue: row.action })}
            {row.note && `: ${row.note}`}
            <small>
              {" "}
              <RelativeTime at={row.at} /> {t("changedBy", { name: row.by || t("history.system") })}
            </small>
          </li>
        ))}
      </ul>
    </>
  );
}
