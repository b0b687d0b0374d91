import { ActionIcon, Menu, Switch } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { IconAlertTriangle, IconDots, IconPencil, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { serverWords } from "@/i18n/serverWords";
import { RelativeTime } from "@/ui/RelativeTime";
import classes from "./PoliciesPage.module.css";
import { type Policy, type PolicySet, type SetRow, useDeletePolicy, useEnablePolicy } from "./wire";
import { matchWords, specWords } from "./words";

interface Props {
  policy: Policy;
  set: PolicySet;
  /** When and by whom it was changed last, where that is known. */
  changed: SetRow | undefined;
  onEdit(): void;
}

/** A policy: its name, where it holds, what it says, whether it is on. */
export function PolicyRow({ policy, set, changed, onEdit }: Props) {
  const { t } = useTranslation(["policies", "app"]);
  const { t: words } = useTranslation("policies");
  const index = set.policies.indexOf(policy);
  const warning = set.warnings.find(({ field }) => field.startsWith(`/${index}/`));
  const [here] = useSearchParams();
  const detail = new URLSearchParams(here);
  detail.set("policy", policy.name);
  const enable = useEnablePolicy();
  const remove = useDeletePolicy();
  const onError = (error: Error) =>
    notifications.show({ message: error.message, color: "red", withBorder: true });
  const askDelete = () =>
    modals.openConfirmModal({
      title: t("deleting.title", { name: policy.name }),
      children: t("deleting.text"),
      labels: { confirm: t("deleting.do"), cancel: t("app:action.cancel") },
      confirmProps: { color: "red" },
      onConfirm: () => remove.mutate({ number: set.number, name: policy.name }, { onError }),
    });
  return (
    <li className={classes.row} data-off={!policy.enabled || undefined}>
      <div className={classes.main}>
        <Link className={classes.name} to={{ search: detail.toString() }}>
          {policy.name}
        </Link>
        <span className={classes.match}>{matchWords(policy.match, words)}</span>
        <span className={classes.spec}>{specWords(policy.spec, words) || t("defaultsHold")}</span>
        {policy.note && <span className={classes.quiet}>{policy.note}</span>}
        {warning && (
          <span className={classes.warning}>
            <IconAlertTriangle size={14} aria-hidden /> {serverWords(warning.code, warning.message)}
          </span>
        )}
      </div>
      {changed && (
        <span className={classes.changed} title={changed.note}>
          <RelativeTime at={changed.at} /> {changed.by && t("changedBy", { name: changed.by })}
        </span>
      )}
      <Switch
        checked={policy.enabled}
        disabled={!set.may_change || enable.isPending}
        onChange={(event) =>
          enable.mutate(
            { number: set.number, name: policy.name, enabled: event.currentTarget.checked },
            { onError },
          )
        }
        aria-label={t("enabled", { name: policy.name })}
      />
      {set.may_change && (
        <Menu position="bottom-end" width={180}>
          <Menu.Target>
            <ActionIcon aria-label={t("actionsOf", { name: policy.name })}>
              <IconDots size={17} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconPencil size={16} />} onClick={onEdit}>
              {t("edit")}
            </Menu.Item>
            <Menu.Item color="var(--ac-red)" leftSection={<IconTrash size={16} />} onClick={askDelete}>
              {t("delete")}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </li>
  );
}
