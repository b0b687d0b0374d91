import { Button, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunStatus } from "@/graph/runTypes";
import type { BulkAction } from "@/wire/types";
import { BulkDialog } from "./BulkDialog";
import classes from "./RunsPage.module.css";

export const BULK_ACTIONS: readonly BulkAction[] = [
  "pause",
  "resume",
  "retry",
  "replay",
  "cancel",
  "terminate",
];
const DANGEROUS: ReadonlySet<BulkAction> = new Set(["cancel", "terminate"]);

/** The statuses in which a run takes the action; any where it is not named. */
const TAKES: Partial<Record<BulkAction, readonly RunStatus[]>> = {
  pause: ["pending", "queued", "running", "waiting"],
  resume: ["paused"],
  retry: ["failed", "cancelled", "terminated"],
  cancel: ["pending", "queued", "running", "waiting", "paused"],
  terminate: ["pending", "queued", "running", "waiting", "paused", "cancelling", "compensating"],
};

type Filter = Readonly<Record<string, unknown>>;

/** Runs that would only refuse are not counted. */
function narrowedTo(action: BulkAction, filter: Filter): Filter {
  const takes = TAKES[action];
  if (!takes) return filter;
  const asked = filter.status as readonly RunStatus[] | undefined;
  const status = asked?.length ? takes.filter((one) => asked.includes(one)) : takes;
  // where none of those asked for takes it, they say so themselves
  return { ...filter, status: status.length > 0 ? status : asked };
}

interface Props {
  chosen: readonly string[];
  /** Whether the list holds more than can be chosen by hand. */
  more: boolean;
  /** The filter of the list, as bulk operations take it. */
  filter: Filter;
  onDone(): void;
}

/** What to do with the chosen runs, or with all that match the filter. */
export function BulkBar({ chosen, more, filter, onDone }: Props) {
  const { t } = useTranslation("runs");
  const [all, setAll] = useState(false);
  const [action, setAction] = useState<BulkAction | null>(null);
  if (chosen.length === 0) return null;
  return (
    <div className={classes.bulk} role="status">
      <span>{all ? t("bulk.allMatching") : t("selected", { count: chosen.length })}</span>
      {(more || all) && (
        <Button variant="subtle" size="compact-sm" onClick={() => setAll(!all)}>
          {all ? t("bulk.onlySelected", { count: chosen.length }) : t("bulk.takeAll")}
        </Button>
      )}
      <Menu position="bottom-start">
        <Menu.Target>
          <Button variant="light" rightSection={<IconChevronDown size={14} />}>
            {t("bulk.do")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {BULK_ACTIONS.map((one) => (
            <Menu.Item
              key={one}
              color={DANGEROUS.has(one) ? "var(--ac-red)" : undefined}
              onClick={() => setAction(one)}
              data-testid={`bulk-${one}`}
            >
              {t(`bulk.action.${one}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Button variant="subtle" size="compact-sm" onClick={onDone}>
        {t("bulk.none")}
      </Button>
      {action && (
        <BulkDialog
          action={action}
          dangerous={DANGEROUS.has(action)}
          filter={narrowedTo(action, all ? filter : { ids: chosen })}
          chosen={all ? null : chosen.length}
          onClose={(started) => {
            setAction(null);
            if (started) onDone();
          }}
        />
      )}
    </div>
  );
}
