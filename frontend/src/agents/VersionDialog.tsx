import { Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { useDecideBundle } from "@/wire/bundles";
import { useRollback, useUndeploy } from "@/wire/cluster";
import { useResetBreaker } from "@/wire/routing";
import type { AgentDetail, AgentVersion } from "@/wire/types";
import { DeployDialog } from "./DeployDialog";

export type VersionQuestion = "deploy" | "rollback" | "undeploy" | "reset" | "quarantine";

interface Props {
  agent: AgentDetail;
  version: AgentVersion;
  question: VersionQuestion;
  onClose(): void;
}

/** Asks once more before something is done with a version, and says what it means. */
export function VersionDialog({ agent, version, question, onClose }: Props) {
  if (question === "deploy") return <DeployDialog agent={agent} version={version} onClose={onClose} />;
  return <PlainDialog agent={agent} version={version} question={question} onClose={onClose} />;
}

function PlainDialog({
  agent,
  version,
  question,
  onClose,
}: Props & { question: Exclude<VersionQuestion, "deploy"> }) {
  const { t } = useTranslation("registry");
  const [note, setNote] = useState("");
  const rollback = useRollback();
  const undeploy = useUndeploy();
  const reset = useResetBreaker();
  const decide = useDecideBundle();
  const sent = { rollback, undeploy, reset, quarantine: decide }[question];
  const name = `${agent.name}@${version.version}`;
  const running = agent.versions
    .filter((one) => one !== version)
    .reduce((sum, one) => sum + (one.deployment?.replicas ?? 0), version.deployment?.replicas ?? 0);
  const done = {
    onSuccess: () => {
      notifications.show({ message: t(`version.done.${question}`, { name }) });
      onClose();
    },
  };
  const asked = { agent: agent.name, version: version.version };
  const send = () => {
    if (question === "rollback") rollback.mutate(asked, done);
    if (question === "undeploy") undeploy.mutate(asked, done);
    if (question === "reset") reset.mutate(asked, done);
    if (question === "quarantine") {
      const digest = version.identity.replace("agent://sha256:", "");
      decide.mutate({ digest, how: "quarantine", note }, done);
    }
  };
  return (
    <ConfirmDialog
      title={t(`version.question.${question}`, { name })}
      consequences={[t(`version.consequence.${question}`, { name, count: running })]}
      confirm={t(`version.action.${question}`)}
      danger={question === "undeploy" || question === "quarantine"}
      busy={sent.isPending}
      error={sent.error}
      onClose={onClose}
      onConfirm={send}
    >
      {question === "quarantine" && (
        <Textarea
          label={t("version.note")}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          autosize
          minRows={2}
          maxLength={500}
        />
      )}
    </ConfirmDialog>
  );
}
