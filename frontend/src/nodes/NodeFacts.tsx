import { IconCpu, IconDatabase, IconShieldCheck, IconShieldOff, IconTag } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { serverWords } from "@/i18n/serverWords";
import type { ClusterNode } from "@/wire/types";
import classes from "./NodesPage.module.css";

/** The role of a node that hosts no bundles: agents join through it, so a sandbox is of no concern there. */
export const GATEWAY = "gateway";

/** What a node is and can: role, memory, processors, whether it has a sandbox, whether it is being emptied. */
export function NodeFacts({ node }: { node: ClusterNode }) {
  const { t } = useTranslation("registry");
  const { role, runtime, memory_mib, cpu_count, draining } = node;
  return (
    <div className={classes.facts}>
      {draining && (
        <span className={classes.draining} title={t("nodes.drainingHint")}>
          {t("nodes.draining")}
        </span>
      )}
      {role && (
        <Fact hint={t("nodes.role")} icon={<IconTag size={13} aria-hidden />}>
          {role}
        </Fact>
      )}
      {memory_mib ? (
        <Fact hint={t("nodes.memory")} icon={<IconDatabase size={13} aria-hidden />}>
          {memoryText(memory_mib)}
        </Fact>
      ) : null}
      {cpu_count ? (
        <Fact hint={t("nodes.processors")} icon={<IconCpu size={13} aria-hidden />}>
          {t("nodes.cores", { count: cpu_count })}
        </Fact>
      ) : null}
      {runtime && role !== GATEWAY && (
        <Fact
          hint={sandboxWords(runtime, t)}
          icon={
            runtime.sandbox ? (
              <IconShieldCheck size={13} color="var(--ac-green)" aria-hidden />
            ) : (
              <IconShieldOff size={13} color="var(--ac-amber)" aria-hidden />
            )
          }
        >
          {t(runtime.sandbox ? "nodes.sandbox" : "nodes.noSandbox")}
        </Fact>
      )}
    </div>
  );
}

export function memoryText(mib: number): string {
  return mib >= 1024 ? `${(mib / 1024).toFixed(mib >= 10_240 ? 0 : 1)} GiB` : `${mib} MiB`;
}

function Fact({ hint, icon, children }: { hint: string; icon: ReactNode; children: ReactNode }) {
  return (
    <span className={classes.fact} title={hint}>
      {icon}
      <span className="ellipsis">{children}</span>
    </span>
  );
}

/** What the sandbox, or its absence, means for bundles. */
export function sandboxWords(
  { sandbox, reason, trusted_without }: NonNullable<ClusterNode["runtime"]>,
  t: TFunction<"registry">,
): string {
  if (sandbox) return t("nodes.sandboxHint");
  return [serverWords("", reason), t(trusted_without ? "nodes.trustedOnly" : "nodes.noBundles")].join(" ");
}
