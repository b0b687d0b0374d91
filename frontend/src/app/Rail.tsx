import {
  Tooltip,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
  VisuallyHidden,
} from "@mantine/core";
import { spotlight } from "@mantine/spotlight";
import {
  IconContract,
  IconHome,
  IconMailX,
  IconMoon,
  IconPlayerPlay,
  IconRobot,
  IconSearch,
  IconServer2,
  IconSettings,
  IconShieldCog,
  IconSitemap,
  IconSun,
  IconUserCheck,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { ApprovalCount } from "@/approvals/ApprovalCount";
import { RejectedCount } from "@/contracts/RejectedCount";
import { Logo } from "@/ui/Logo";
import classes from "./Rail.module.css";

export const PLACES = [
  { to: "/", key: "home", icon: IconHome },
  { to: "/workflows", key: "workflows", icon: IconSitemap },
  { to: "/runs", key: "runs", icon: IconPlayerPlay },
  { to: "/approvals", key: "approvals", icon: IconUserCheck },
  { to: "/agents", key: "agents", icon: IconRobot },
  { to: "/nodes", key: "nodes", icon: IconServer2 },
  { to: "/contracts", key: "contracts", icon: IconContract },
  { to: "/policies", key: "policies", icon: IconShieldCog },
  { to: "/dead-letters", key: "deadLetters", icon: IconMailX },
] as const;

/** The 56 px navigation rail: places on top, tools at the foot, names in tooltips. */
export function Rail() {
  const { t } = useTranslation();
  return (
    <nav className={classes.rail} aria-label={t("nav.label")}>
      <NavLink to="/" className={classes.logo} aria-label={t("product")}>
        <Logo size={26} />
      </NavLink>
      <div className={classes.places}>
        {PLACES.map(({ to, key, icon: Icon }) => (
          <RailLink key={to} to={to} label={t(`nav.${key}`)}>
            <Icon size={20} stroke={1.6} />
            {key === "approvals" && <ApprovalCount />}
            {key === "contracts" && <RejectedCount />}
          </RailLink>
        ))}
      </div>
      <RailButton label={t("nav.commands")} onClick={spotlight.open}>
        <IconSearch size={20} stroke={1.6} />
      </RailButton>
      <ThemeButton />
      <RailLink to="/settings" label={t("nav.settings")}>
        <IconSettings size={20} stroke={1.6} />
      </RailLink>
    </nav>
  );
}

function ThemeButton() {
  const { t } = useTranslation();
  const scheme = useComputedColorScheme("light");
  const { setColorScheme } = useMantineColorScheme();
  const Icon = scheme === "dark" ? IconSun : IconMoon;
  return (
    <RailButton
      label={t(`nav.theme.${scheme}`)}
      onClick={() => setColorScheme(scheme === "dark" ? "light" : "dark")}
    >
      <Icon size={20} stroke={1.6} />
    </RailButton>
  );
}

function RailLink({ to, label, children }: { to: string; label: string; children: ReactNode }) {
  return (
    <Tooltip label={label} position="right">
      <NavLink to={to} end={to === "/"} className={classes.item ?? ""}>
        <VisuallyHidden>{label}</VisuallyHidden>
        {children}
      </NavLink>
    </Tooltip>
  );
}

function RailButton({ label, onClick, children }: { label: string; onClick(): void; children: ReactNode }) {
  return (
    <Tooltip label={label} position="right">
      <UnstyledButton className={classes.item} aria-label={label} onClick={onClick}>
        {children}
      </UnstyledButton>
    </Tooltip>
  );
}
