import { ActionIcon } from "@mantine/core";
import { IconFileText } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { serverWords } from "@/i18n/serverWords";
import { formatMoment } from "@/ui/duration";
import { type EndedInstance, useEndedInstances } from "@/wire/cluster";
import { useMayReadLogs } from "@/wire/mayOperate";
import classes from "./EndedInstances.module.css";
import { LogDrawer } from "./LogDrawer";

/** The instances of an agent, or on a node, that are gone, each with its log; nothing where there are none. */
export function EndedInstances({ agent, node }: { agent?: string; node?: string }) {
  const { t } = useTranslation("instances");
  const [shown, setShown] = useState<EndedInstance | null>(null);
  const ended = useEndedInstances({ ...(agent && { agent }), ...(node && { node }) }, useMayReadLogs()).data;
  if (!ended || ended.length === 0) return null;
  return (
    <details className={classes.ended}>
      <summary>{t("ended.title", { count: ended.length })}</summary>
      <ul>
        {ended.map((one) => (
          <Ended key={one.instance} ended={one} onLog={() => setShown(one)} />
        ))}
      </ul>
      {shown && <LogDrawer instance={shown.instance} title={shown.instance} onClose={() => setShown(null)} />}
    </details>
  );
}

function Ended({ ended, onLog }: { ended: EndedInstance; onLog(): void }) {
  const { t, i18n } = useTranslation("instances");
  const { instance, node, at_ms, text } = ended;
  return (
    <li>
      <ActionIcon onClick={onLog} aria-label={t("log.open", { instance })} title={t("log.show")}>
        <IconFileText size={16} />
      </ActionIcon>
      <code>{instance}</code>
      <span>{node}</span>
      <time dateTime={new Date(at_ms).toISOString()}>{formatMoment(at_ms, i18n.language)}</time>
      <span className={classes.text}>{serverWords("instance_log", text)}</span>
    </li>
  );
}
