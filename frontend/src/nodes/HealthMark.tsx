import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClockExclamation,
  type TablerIcon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { NodeHealth } from "@/wire/types";
import classes from "./HealthMark.module.css";

const LOOKS: Readonly<Record<NodeHealth, TablerIcon>> = {
  active: IconCircleCheck,
  unreachable: IconClockExclamation,
  failed: IconAlertTriangle,
};

/** How a node stands: an icon and a word, what it means on hover. */
export function HealthMark({ health }: { health: NodeHealth }) {
  const { t } = useTranslation("registry");
  const Icon = LOOKS[health];
  return (
    <span className={classes.mark} data-health={health} title={t(`nodes.hint.${health}`)}>
      <Icon size={15} aria-hidden /> {t(`nodes.status.${health}`)}
    </span>
  );
}
