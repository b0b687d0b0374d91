import { ActionIcon, Menu, Switch } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { IconAlertTriangle, IconDots, IconPencil, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ICONS } from "./kinds";
import classes from "./PoliciesPage.module.css";
import { type Kind, type Policy, type PolicySet, useDeletePolicy, useEnablePolicy } from "./wire";
import { matchWords, specWords } from "./words";

interface Props {
  kind: Kind;
  set: PolicySet;
  onEdit(policy: Policy): void;
}

/** The policies of one kind, in the order that counts. */
export function PolicyGroup({ kind, set, onEdit }: Props) {
  const { t } = useTranslation("policies");
  const Icon = ICONS[kind];
  return (
    <section className={classes.group} aria-label={t(`kind.${kind}`)}>
      <h2 className={classes.heading}>
        <span className={classes.chip} aria-hidden>
          <Icon size={16} stroke={1.7} />
        </span>
        {t(`kind.${kind}`)}
        <span className={classes.quiet}>{t(`about.${kind}`)}</span>
      </h2>
      <ul className={classes.list}>
        {set.policies.map(
          (policy, index) =>
            policy.kind === kind && (
              <PolicyRow
                key={policy.name}
                policy={policy}
                set={set}
                warning={set.warnings.find((one) => one.field.startsWith(`/${index}/`))?.message ?? ""}
                onEdit={() => onEdit(policy)}
              />
            ),
        )}
      </ul>
    </section>
  );
}

interface RowProps {
  policy: Policy;
  set: PolicySet;
  warning: string;
  onEdit(): void;
}

/** A policy: its name, where it holds, what it says, whether it is on. */
function PolicyRow({ policy, set, warning, onEdit }: RowProps) {
  const { t } = useTranslation(["policies", "app"]);
  const { t: words } = useTranslation("policies");
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
        <span className={classes.name}>{policy.name}</span>
        <span className={classes.match}>{matchWords(policy.match, words)}</span>
        <span className={classes.spec}>{specWords(policy.spec, words) || t("defaultsHold")}</span>
        {policy.note && <span className={classes.quiet}>{policy.note}</span>}
        {warning && (
          <span className={classes.warning}>
            <IconAlertTriangle size={14} aria-hidden /> {warning}
          </span>
        )}
      </div>
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
