import {
  IconCircleCheck,
  IconCircleX,
  IconHourglass,
  IconShieldCheck,
  IconShieldQuestion,
  IconShieldX,
  type TablerIcon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Bundle, BundleStatus, SignatureState } from "@/wire/bundles";
import classes from "./StatusTag.module.css";

const STATUS: Readonly<Record<BundleStatus, { icon: TablerIcon; tone: string }>> = {
  quarantined: { icon: IconHourglass, tone: "amber" },
  approved: { icon: IconCircleCheck, tone: "green" },
  rejected: { icon: IconCircleX, tone: "red" },
};

/** How a bundle was decided on: an icon and a word. */
export function StatusTag({ status }: { status: BundleStatus }) {
  const { t } = useTranslation("bundles");
  const { icon: Icon, tone } = STATUS[status];
  return (
    <span className={classes.tag} data-tone={tone}>
      <Icon size={15} aria-hidden /> {t(`status.${status}`)}
    </span>
  );
}

const SIGNATURE: Readonly<Record<SignatureState, { icon: TablerIcon; tone: string }>> = {
  trusted: { icon: IconShieldCheck, tone: "green" },
  unknown_key: { icon: IconShieldQuestion, tone: "amber" },
  unsigned: { icon: IconShieldQuestion, tone: "grey" },
  invalid: { icon: IconShieldX, tone: "red" },
};

/** Whether it is signed, and by whom. */
export function SignatureTag({ signature }: { signature: Bundle["signature"] }) {
  const { t } = useTranslation("bundles");
  const { icon: Icon, tone } = SIGNATURE[signature.state];
  const name = signature.key_name || signature.key_id || "";
  return (
    <span className={classes.tag} data-tone={tone} title={t(`signatureHint.${signature.state}`)}>
      <Icon size={15} aria-hidden />
      <span className="ellipsis">{t(`signature.${signature.state}`, { name })}</span>
    </span>
  );
}
