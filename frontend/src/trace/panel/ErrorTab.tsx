import { Button, Code } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { RunView } from "@/graph/run";
import { nodeFor } from "@/graph/runScopes";
import { serverWords } from "@/i18n/serverWords";
import { JsonTree } from "@/ui/JsonTree";
import { AttemptsTab } from "./AttemptsTab";
import classes from "./ErrorTab.module.css";
import type { Subject } from "./subject";

/** What went wrong, where, and what to do about it. */
export function ErrorTab({
  view,
  subject,
  onSelect,
}: {
  view: RunView;
  subject: Subject;
  onSelect(key: string): void;
}) {
  const { t, i18n } = useTranslation("trace");
  const { error } = subject;
  if (!error) return <p className={classes.none}>{t("panel.noError")}</p>;
  const hint = i18n.exists(`trace:error.hint.${error.code}`) ? error.code : "default";
  const wentOn = subject.kind === "step" && wayOn(view, subject);
  const data = error.data && Object.keys(error.data).length > 0 ? error.data : null;
  return (
    <div className={classes.stack}>
      <div className={classes.box} role="alert">
        <div className={classes.message}>{serverWords(error.code, error.message)}</div>
        <div className={classes.facts}>
          <Code>{error.code}</Code>
          {error.field && (
            <span>
              {t("error.field")} <Code>{error.field}</Code>
            </span>
          )}
        </div>
      </div>
      <section>
        <h3 className={classes.heading}>{t("error.next")}</h3>
        <p className={classes.hint}>{t(`error.hint.${hint}`)}</p>
        {wentOn && <p className={classes.hint}>{t(`panel.${wentOn}`)}</p>}
        {subject.kind === "run" && view.failedStep && (
          <Button variant="default" mt={10} onClick={() => onSelect(view.failedStep)}>
            {t("panel.showStep")}
          </Button>
        )}
      </section>
      {data && (
        <section>
          <h3 className={classes.heading}>{t("error.data")}</h3>
          <JsonTree value={data} />
        </section>
      )}
      {subject.attempts.length > 1 && (
        <section>
          <h3 className={classes.heading}>{t("tab.attempts")}</h3>
          <AttemptsTab subject={subject} />
        </section>
      )}
    </div>
  );
}

function wayOn(view: RunView, subject: Subject): "wentOn" | "tookErrorPath" | null {
  const node = nodeFor(view, subject.key);
  const action = node && "on_error" in node ? node.on_error?.action : undefined;
  if (subject.status !== "failed" || !action || action === "fail") return null;
  return action === "continue" ? "wentOn" : "tookErrorPath";
}
