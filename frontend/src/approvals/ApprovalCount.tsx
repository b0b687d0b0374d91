import { useTranslation } from "react-i18next";
import { useApprovals } from "@/wire/queries";
import classes from "./ApprovalCount.module.css";

const MOST = 99;

/** How many approvals wait for the reader; nothing when there is none. */
export function ApprovalCount() {
  const { t } = useTranslation("approvals");
  const count = useApprovals().data?.length ?? 0;
  if (count === 0) return null;
  return (
    <span className={classes.count} title={t("count", { count })}>
      {count > MOST ? `${MOST}+` : count}
    </span>
  );
}
