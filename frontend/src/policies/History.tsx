import { Button, UnstyledButton } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { IconArrowBackUp, IconChevronDown, IconChevronRight, IconHistory } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { serverWords } from "@/i18n/serverWords";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { RelativeTime } from "@/ui/RelativeTime";
import { Differences } from "./Differences";
import classes from "./PoliciesPage.module.css";
import { type PolicySet, type SetRow, useHistory, useRollBack } from "./wire";

/** Every set there was, newest first: who, what, why; what it changed; the way back to it. */
export function History({ set }: { set: PolicySet }) {
  const { t } = useTranslation("policies");
  const found = useHistory();
  const [open, setOpen] = useState<number | null>(null);
  const rows = found.data?.pages.flatMap((page) => page.results) ?? [];
  if (found.isPending) return <PageSkeleton />;
  if (found.error && rows.length === 0)
    return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (rows.length === 0)
    return (
      <EmptyState
        icon={<IconHistory size={24} stroke={1.6} />}
        title={t("history.empty.title")}
        text={t("history.empty.text")}
      />
    );
  return (
    <>
      <ul className={classes.list} aria-label={t("view.history")}>
        {rows.map((row) => (
          <HistoryRow
            key={row.number}
            row={row}
            set={set}
            open={open === row.number}
            onToggle={() => setOpen(open === row.number ? null : row.number)}
          />
        ))}
      </ul>
      {found.hasNextPage && (
        <Button
          variant="default"
          mt="sm"
          loading={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          {t("history.more")}
        </Button>
      )}
    </>
  );
}

interface RowProps {
  row: SetRow;
  set: PolicySet;
  open: boolean;
  onToggle(): void;
}

function HistoryRow({ row, set, open, onToggle }: RowProps) {
  const { t } = useTranslation(["policies", "app"]);
  const rollBack = useRollBack();
  const Chevron = open ? IconChevronDown : IconChevronRight;
  const inForce = row.number === set.number;
  const ask = () =>
    modals.openConfirmModal({
      title: t("rolling.title", { number: row.number }),
      children: (
        <>
          <p className={classes.quiet}>{t("rolling.text", { number: row.number, now: set.number })}</p>
          <Differences before={set.number} after={row.number} />
        </>
      ),
      size: 560,
      labels: { confirm: t("rolling.do", { number: row.number }), cancel: t("app:action.cancel") },
      onConfirm: () =>
        rollBack.mutate(
          { number: set.number, to: row.number, note: "" },
          {
            onError: (error) =>
              notifications.show({ message: error.message, color: "red", withBorder: true }),
          },
        ),
    });
  return (
    <li>
      <div className={classes.entryHead}>
        <UnstyledButton className={classes.entryName} onClick={onToggle} aria-expanded={open}>
          <Chevron size={15} aria-hidden />
          <span className="mono">{row.number}</span>
          <span>{t(`action.${row.action}`, { title: row.title, defaultValue: row.action })}</span>
        </UnstyledButton>
        <span className={classes.entryNote}>{serverWords("", row.note)}</span>
        <span className={classes.quiet}>
          {row.by || t("history.system")} · <RelativeTime at={row.at} /> · {t("count", { count: row.count })}
        </span>
        {inForce ? (
          <span className={classes.inForce}>{t("history.inForce")}</span>
        ) : (
          set.may_change && (
            <Button
              variant="default"
              size="xs"
              leftSection={<IconArrowBackUp size={14} />}
              onClick={ask}
              loading={rollBack.isPending}
              aria-label={t("rolling.do", { number: row.number })}
            >
              {t("rolling.open")}
            </Button>
          )
        )}
      </div>
      {open && (
        <div className={classes.entryBody}>
          <Differences before={row.previous} after={row.number} />
        </div>
      )}
    </li>
  );
}
