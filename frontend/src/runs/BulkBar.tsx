import { Button, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { BulkAction } from "@/wire/types";
import { BulkDialog } from "./BulkDialog";
import { BULK_ACTIONS, DANGEROUS } from "./bulkActions";
import classes from "./RunsPage.module.css";

type Filter = Readonly<Record<string, unknown>>;

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
          filter={all ? filter : { ids: chosen }}
          onClose={(started) => {
            setAction(null);
            if (started) onDone();
          }}
        />
      )}
    </div>
  );
}
