import { Button, Collapse, UnstyledButton } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconChevronRight, IconShieldCheck } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverWords } from "@/i18n/serverWords";
import { CopyButton } from "@/ui/CopyButton";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { OperatorButton } from "@/ui/OperatorButton";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { RelativeTime } from "@/ui/RelativeTime";
import type { May } from "@/wire/mayOperate";
import classes from "./Contracts.module.css";
import { ALERT_SUBJECT } from "./samples";
import { useSeen } from "./unread";
import { type Rejected, useClearRejected, useRejected } from "./wire";

/** Messages that broke the contract, newest first, each with its payload and what is wrong. */
export function RejectedList({ name, may }: { name: string; may: May }) {
  const { t, i18n } = useTranslation("contracts");
  const found = useRejected(name);
  const clear = useClearRejected(name);
  const list = found.data?.pages.flatMap((page) => page.results) ?? [];
  const count = found.data?.pages[0]?.count;
  const look = useSeen((state) => state.look);
  useEffect(() => {
    if (count !== undefined) look([{ contract: name, count }]);
  }, [look, name, count]);
  const ask = () =>
    modals.openConfirmModal({
      title: t("rejected.clear"),
      children: t("rejected.clearText"),
      labels: { confirm: t("rejected.clear"), cancel: t("cancel") },
      onConfirm: () => clear.mutate(),
    });
  if (found.isPending) return <PageSkeleton />;
  if (found.error && !found.data)
    return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (list.length === 0)
    return (
      <EmptyState
        icon={<IconShieldCheck size={24} stroke={1.6} />}
        title={t("rejected.none")}
        text={t("rejected.noneText", { subject: ALERT_SUBJECT })}
      />
    );
  return (
    <section>
      <div className={classes.bar}>
        <span className={classes.quiet}>
          {t("rejected.count", { count: count ?? 0, shown: (count ?? 0).toLocaleString(i18n.language) })}
        </span>
        <span className={classes.gap} />
        <OperatorButton variant="default" size="xs" onClick={ask} loading={clear.isPending} may={may}>
          {t("rejected.clear")}
        </OperatorButton>
      </div>
      {clear.error && <p role="alert">{clear.error.message}</p>}
      <ul className={classes.rejected} aria-label={t("tab.rejected")}>
        {list.map((message) => (
          <RejectedRow key={message.id} message={message} />
        ))}
      </ul>
      {found.hasNextPage && (
        <Button
          mt="sm"
          variant="default"
          loading={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          {t("more")}
        </Button>
      )}
    </section>
  );
}

function RejectedRow({ message }: { message: Rejected }) {
  const { t } = useTranslation("contracts");
  const [open, setOpen] = useState(false);
  const [first] = message.errors;
  return (
    <li>
      <UnstyledButton className={classes.row} onClick={() => setOpen(!open)} aria-expanded={open}>
        <IconChevronRight size={14} data-open={open || undefined} aria-hidden />
        <code>{first?.field || t("whole")}</code>
        <span className={classes.reason}>{said(first)}</span>
        <span className={classes.quiet}>{t(`side.${message.side}`)}</span>
        <span className={classes.quiet}>
          <RelativeTime at={message.at} />
        </span>
      </UnstyledButton>
      <Collapse expanded={open}>
        <div className={classes.inside}>
          <p className={classes.quiet}>
            <code>{message.subject}</code> · {t("rejected.size", { size: message.size })}
            {message.by && (
              <>
                {" · "}
                <code>{message.by}</code>
              </>
            )}
          </p>
          {message.errors.length > 1 && (
            <ul className={classes.fields}>
              {message.errors.map((fault) => (
                <li key={`${fault.field} ${fault.message}`}>
                  <code>{fault.field || t("whole")}</code> {said(fault)}
                </li>
              ))}
            </ul>
          )}
          <div className={classes.payload}>
            <CopyButton value={message.payload} label={t("rejected.copy")} />
            <pre className={classes.code}>{pretty(message)}</pre>
          </div>
        </div>
      </Collapse>
    </li>
  );
}

const said = (fault: Rejected["errors"][number] | undefined) =>
  fault ? serverWords("contract_broken", fault.message) : "";

function pretty({ payload, encoding }: Rejected): string {
  if (encoding === "base64") return payload;
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}
