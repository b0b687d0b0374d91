import { IconTrophy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { AttemptView } from "@/graph/runTypes";
import { formatDuration } from "@/ui/duration";
import type { Bidding, PlacedBid } from "@/wire/generated";
import classes from "./BidsTab.module.css";

/** Who bid for the goal of each attempt, and why the winner won. */
export function BidsTab({ attempts }: { attempts: readonly AttemptView[] }) {
  const { t } = useTranslation("trace");
  const auctions = attempts.filter(({ bidding }) => bidding);
  return (
    <>
      {auctions.map(({ callId, number, instance, bidding }) => (
        <section key={callId} className={classes.auction}>
          {auctions.length > 1 && <h3 className={classes.attempt}>{t("bids.attempt", { number })}</h3>}
          {bidding && <Auction bidding={bidding} winner={instance} label={t("bids.table", { number })} />}
        </section>
      ))}
      <p className={classes.quiet}>{t("bids.how")}</p>
    </>
  );
}

function Auction({ bidding, winner, label }: { bidding: Bidding; winner: string; label: string }) {
  const { t } = useTranslation("trace");
  const { asked, answered, bids, rounds = 1, best = [] } = bidding;
  return (
    <>
      <p className={classes.quiet}>
        {t("bids.summary", { asked, answered })} {t("bids.count", { count: bids })}
        {best.length < bids && ` ${t("bids.shown", { count: best.length })}`}
        {rounds > 1 && ` ${t("bids.rounds", { count: rounds })}`}
      </p>
      <table className={classes.table} aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{t("bids.agent")}</th>
            <th scope="col">{t("bids.score")}</th>
            <th scope="col">{t("bids.match")}</th>
            <th scope="col">{t("bids.load")}</th>
            <th scope="col">{t("bids.cost")}</th>
            <th scope="col">{t("bids.expected")}</th>
          </tr>
        </thead>
        <tbody>
          {best.map((bid) => (
            <Row key={bid.instance} bid={bid} won={bid.instance === winner} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function Row({ bid, won }: { bid: PlacedBid; won: boolean }) {
  const { t, i18n } = useTranslation("trace");
  const share = new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 0 });
  const score = new Intl.NumberFormat(i18n.language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const plain = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 2 });
  return (
    <tr data-won={won || undefined}>
      <th scope="row" title={bid.instance}>
        <span className={classes.agent}>
          {bid.agent}@{bid.version}
          {won && <IconTrophy size={14} role="img" aria-label={t("bids.won")} />}
        </span>
        <span className={classes.node}>{bid.node}</span>
      </th>
      <td>{score.format(bid.score)}</td>
      <td>{share.format(bid.match)}</td>
      <td>{share.format(bid.load ?? 0)}</td>
      <td>{plain.format(bid.cost ?? 0)}</td>
      <td>{bid.expected_ms ? formatDuration(bid.expected_ms) : t("bids.unknown")}</td>
    </tr>
  );
}
