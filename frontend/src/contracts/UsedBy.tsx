import { IconBolt, IconRobot, IconSitemap, type TablerIcon } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { serverWords } from "@/i18n/serverWords";
import classes from "./Contracts.module.css";
import type { ContractUser } from "./wire";

const ICONS: Record<ContractUser["kind"], TablerIcon> = {
  agent: IconRobot,
  workflow: IconSitemap,
  trigger: IconBolt,
};

/** Who sends and who takes messages of the contract. */
export function UsedBy({ users }: { users: readonly ContractUser[] }) {
  const { t } = useTranslation("contracts");
  return (
    <>
      {(["producer", "consumer"] as const).map((role) => {
        const those = users.filter((user) => user.role === role);
        return (
          <section key={role}>
            <h2 className={classes.heading}>{t(`role.${role}`)}</h2>
            {those.length === 0 && <p className={classes.quiet}>{t(`role.no_${role}`)}</p>}
            {those.length > 0 && (
              <ul className={classes.users}>
                {those.map((user) => (
                  <User key={`${user.kind} ${user.name} ${user.detail}`} user={user} />
                ))}
              </ul>
            )}
          </section>
        );
      })}
    </>
  );
}

function User({ user }: { user: ContractUser }) {
  const { t } = useTranslation("contracts");
  const Icon = ICONS[user.kind];
  return (
    <li>
      <Icon size={15} stroke={1.6} role="img" aria-label={t(`kind.${user.kind}`)} />
      <div>
        <Link to={user.url}>{user.name}</Link>
        <small className={classes.quiet}>
          {user.kind === "agent" ? t(`side.${user.detail}`, { defaultValue: user.detail }) : user.detail}
        </small>
        {user.problem && <small className={classes.bad}>{serverWords("@value", user.problem)}</small>}
      </div>
    </li>
  );
}
