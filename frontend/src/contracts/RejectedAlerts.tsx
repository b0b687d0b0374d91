import { Anchor } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useHref, useLocation, useNavigate } from "react-router";
import { total, unread } from "./unread";
import { useRejectedCounts } from "./wire";

const TOAST = "rejected-messages";
const SHOWN_MS = 12_000;

/** Tells, wherever the reader is, that messages were just rejected, and leads to them. Shows nothing itself. */
export function RejectedAlerts() {
  const { t } = useTranslation("contracts");
  const counts = useRejectedCounts().data;
  const before = useRef(counts);
  const navigate = useNavigate();
  const base = useHref("/contracts");
  const { pathname, search } = useLocation();
  const here = useRef("");
  here.current = pathname + search;
  useEffect(() => {
    const last = before.current;
    before.current = counts;
    if (!last || !counts) return;
    const seen = Object.fromEntries(last.map(({ contract, count }) => [contract, count]));
    const fresh = unread(counts, seen).filter(
      ({ contract }) => here.current !== `/contracts/${placeOf(contract)}`,
    );
    const [first] = fresh;
    if (!first) return;
    const place = fresh.length === 1 ? `/${placeOf(first.contract)}` : "?rejected=true";
    const open = () => {
      notifications.hide(TOAST);
      void navigate(`/contracts${place}`);
    };
    notifications.hide(TOAST);
    notifications.show({
      id: TOAST,
      color: "red",
      autoClose: SHOWN_MS,
      title: t("alert.title", { count: total(fresh) }),
      message: (
        <>
          {fresh.length === 1 ? first.contract : t("alert.contracts", { count: fresh.length })}{" "}
          <Anchor
            href={`${base}${place}`}
            onClick={(event) => {
              event.preventDefault();
              open();
            }}
          >
            {t("alert.look")}
          </Anchor>
        </>
      ),
    });
  }, [counts, base, navigate, t]);
  return null;
}

const placeOf = (contract: string) => `${encodeURIComponent(contract)}?tab=rejected`;
