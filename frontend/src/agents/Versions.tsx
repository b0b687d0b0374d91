import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { RelativeTime } from "@/trace/RelativeTime";
import { CopyButton } from "@/trace/values/CopyButton";
import type { AgentVersion } from "@/wire/types";
import classes from "./AgentPage.module.css";

interface Props {
  versions: readonly AgentVersion[];
  shown: string;
  onShow(version: string): void;
}

/** Every version with its identity; a press shows that version's fields. */
export function Versions({ versions, shown, onShow }: Props) {
  const { t } = useTranslation("registry");
  return (
    <section>
      <h2 className={classes.heading}>{t("agent.versions")}</h2>
      <ul className={classes.list}>
        {versions.map(({ version, identity, created_at }, index) => (
          <li key={version} data-shown={version === shown || undefined}>
            <div className={classes.line}>
              <UnstyledButton className={classes.version} onClick={() => onShow(version)}>
                {version}
                {index === 0 && <span className={classes.newest}>{t("agent.newest")}</span>}
              </UnstyledButton>
              <span className={classes.quiet}>{created_at && <RelativeTime at={created_at} />}</span>
            </div>
            <div className={classes.line}>
              <code className={classes.identity} title={identity}>
                {identity}
              </code>
              <CopyButton value={identity} label={t("agent.copyIdentity")} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
