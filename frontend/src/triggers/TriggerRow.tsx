import { CopyButton, Switch, Tooltip, UnstyledButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconChevronDown, IconChevronRight, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { RelativeTime } from "@/ui/RelativeTime";
import { ICONS, summary } from "./kinds";
import { TriggerActions } from "./TriggerActions";
import { TriggerDetails } from "./TriggerDetails";
import classes from "./TriggersPage.module.css";
import { type Trigger, useUpdateTrigger } from "./wire";

interface Props {
  trigger: Trigger;
  mayEdit: boolean;
  open: boolean;
  onToggle(): void;
  onEdit(): void;
  onSecret(secret: string): void;
}

/** A trigger in the list: what it is, where it listens, how it fares; opened it shows its history. */
export function TriggerRow({ trigger, mayEdit, open, onToggle, onEdit, onSecret }: Props) {
  const { t } = useTranslation(["triggers", "app"]);
  const update = useUpdateTrigger(trigger.id);
  const next = trigger.enabled ? trigger.next_at[0] : undefined;
  const Icon = ICONS[trigger.kind];
  const Chevron = open ? IconChevronDown : IconChevronRight;
  const onError = (error: Error) =>
    notifications.show({ message: error.message, color: "red", withBorder: true });
  return (
    <li>
      <div className={classes.head}>
        <span className={classes.chip} aria-hidden>
          <Icon size={18} stroke={1.7} />
        </span>
        <div className={classes.main}>
          <UnstyledButton className={classes.name} onClick={onToggle} aria-expanded={open}>
            <Chevron size={15} aria-hidden />
            {trigger.name}
          </UnstyledButton>
          <div className={`${classes.where} mono`}>
            <span>{summary(trigger, t)}</span>
            {trigger.url && (
              <CopyButton value={trigger.url}>
                {({ copied, copy }) => (
                  <Tooltip label={copied ? t("app:copied") : t("copyAddress")}>
                    <UnstyledButton onClick={copy} aria-label={t("copyAddress")} className={classes.copy}>
                      <IconCopy size={14} />
                    </UnstyledButton>
                  </Tooltip>
                )}
              </CopyButton>
            )}
          </div>
        </div>
        <div className={classes.fate}>
          {trigger.last_fired_at ? (
            <span data-bad={trigger.last_error !== "" || undefined}>
              {trigger.last_error ? t("lastRefused") : t("lastStarted")}{" "}
              <RelativeTime at={trigger.last_fired_at} />
            </span>
          ) : (
            t("neverFired")
          )}
          <div className={classes.quiet}>
            {t("started", { count: trigger.figures.started })}
            {next && (
              <>
                {" · "}
                {t("nextIn")} <RelativeTime at={next} />
              </>
            )}
          </div>
        </div>
        <Switch
          checked={trigger.enabled}
          disabled={!mayEdit || update.isPending}
          onChange={(event) => update.mutate({ enabled: event.currentTarget.checked }, { onError })}
          aria-label={t("enabled", { name: trigger.name })}
        />
        <TriggerActions trigger={trigger} mayEdit={mayEdit} onEdit={onEdit} onSecret={onSecret} />
      </div>
      {open && <TriggerDetails trigger={trigger} />}
    </li>
  );
}
