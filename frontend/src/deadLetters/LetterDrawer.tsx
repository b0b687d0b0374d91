import { Button, Drawer, Group, Select, Skeleton, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconSend, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { serverWords } from "@/i18n/serverWords";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { JsonField } from "@/ui/code/lazy";
import { formatMoment } from "@/ui/duration";
import { OperatorButton } from "@/ui/OperatorButton";
import { type DeadLetter, useDeadLetter, useDeleteLetter, useRedrive } from "@/wire/deadLetters";
import { useMayRedrive } from "@/wire/mayOperate";
import { useAgent } from "@/wire/queries";
import classes from "./DeadLetters.module.css";
import { type InputProblem, inputProblems } from "./inputProblems";
import { runAddress } from "./LetterTable";

interface Props {
  agent: string;
  letter: string;
  onClose(): void;
}

/** One letter: why it failed, its input to look at and change, and sending it again or deleting it. */
export function LetterDrawer({ agent, letter, onClose }: Props) {
  const { t } = useTranslation(["deadLetters", "app"]);
  const found = useDeadLetter(agent, letter);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="min(640px, 100vw)"
      title={t("drawer.title", { agent })}
      closeButtonProps={{ "aria-label": t("app:action.close") }}
    >
      {found.isPending && <Skeleton height={240} />}
      {found.error && (
        <Text role="alert" c="red" size="sm">
          {found.error.message}
        </Text>
      )}
      {found.data && <Detail letter={found.data} onClose={onClose} />}
    </Drawer>
  );
}

function Detail({ letter, onClose }: { letter: DeadLetter; onClose(): void }) {
  const { t } = useTranslation("deadLetters");
  const [input, setInput] = useState<unknown>(letter.input);
  const [sound, setSound] = useState(true);
  const [version, setVersion] = useState<string | null>(null);
  const [deleting, setDeleting] = useState(false);
  const agent = useAgent(letter.agent);
  const may = useMayRedrive();
  const redrive = useRedrive();
  const versions = agent.data?.versions ?? [];
  const to = versions.find((one) => one.version === (version ?? letter.version)) ?? versions[0];
  const problems = to ? inputProblems(to.intent.input, input) : [];
  const blocked = letter.redriven_as
    ? t("drawer.already")
    : !letter.run_exists
      ? t("drawer.runGone")
      : !sound
        ? t("drawer.noJson")
        : problems.length > 0
          ? t("drawer.fixFirst")
          : "";
  const changed = JSON.stringify(input) !== JSON.stringify(letter.input);
  const send = () =>
    redrive.mutate(
      {
        agent: letter.agent,
        letter: letter.id,
        ...(changed && { input }),
        ...(version && { version }),
      },
      {
        onSuccess: () => {
          notifications.show({ message: t("drawer.sent") });
          onClose();
        },
      },
    );
  return (
    <div className={classes.detail}>
      <Why letter={letter} />
      <Select
        label={t("drawer.version")}
        description={t("drawer.versionHint")}
        placeholder={letter.version}
        data={versions.map((one) => one.version)}
        value={version}
        onChange={setVersion}
        clearable
      />
      <div>
        <Group justify="space-between" mb={4}>
          <Text size="sm" fw={500}>
            {t("drawer.input")}
          </Text>
          {changed && (
            <Button variant="subtle" size="compact-xs" onClick={() => setInput(letter.input)}>
              {t("drawer.reset")}
            </Button>
          )}
        </Group>
        <JsonField
          value={input}
          onChange={setInput}
          onSound={setSound}
          label={t("drawer.input")}
          invalid={!sound || problems.length > 0}
        />
        {sound ? (
          <Problems problems={problems} />
        ) : (
          <Text role="alert" c="red" size="xs" mt={6}>
            {t("drawer.noJson")}
          </Text>
        )}
      </div>
      {redrive.error && (
        <Text role="alert" c="red" size="sm">
          {redrive.error.message}
        </Text>
      )}
      <Group>
        <OperatorButton
          leftSection={<IconSend size={15} />}
          loading={redrive.isPending}
          may={may}
          blocked={blocked}
          onClick={send}
        >
          {t(changed ? "drawer.sendChanged" : "drawer.send")}
        </OperatorButton>
        <OperatorButton
          may={may}
          variant="default"
          leftSection={<IconTrash size={15} />}
          onClick={() => setDeleting(true)}
        >
          {t("drawer.delete")}
        </OperatorButton>
      </Group>
      {deleting && <DeleteDialog letter={letter} onClose={() => setDeleting(false)} onDeleted={onClose} />}
    </div>
  );
}

function Why({ letter }: { letter: DeadLetter }) {
  const { t, i18n } = useTranslation("deadLetters");
  const { error_code, message, retries, at, workflow_title, run_id, run_exists, step, redriven_as } = letter;
  return (
    <section className={classes.why}>
      <code>{error_code}</code>
      <p>{serverWords(error_code, message)}</p>
      <p className={classes.quiet}>
        {t("drawer.when", { count: retries, at: formatMoment(new Date(at).getTime(), i18n.language) })}
      </p>
      <p>
        {run_id && run_exists && (
          <Link to={runAddress(letter)}>
            {t("drawer.toRun", { workflow: workflow_title || run_id, step })}
          </Link>
        )}
        {redriven_as && (
          <>
            {" · "}
            <Link to={`/runs/${encodeURIComponent(redriven_as)}`}>{t("drawer.redriven")}</Link>
          </>
        )}
      </p>
    </section>
  );
}

function Problems({ problems }: { problems: readonly InputProblem[] }) {
  const { t } = useTranslation("deadLetters");
  if (problems.length === 0) return null;
  return (
    <ul className={classes.problems} role="alert" aria-label={t("drawer.problems")}>
      {problems.map(({ pointer, rule, detail }) => (
        <li key={`${pointer} ${rule}`}>
          {pointer && <code>{pointer}</code>} {t(`rule.${rule}`, { detail })}
        </li>
      ))}
    </ul>
  );
}

function DeleteDialog({
  letter,
  onClose,
  onDeleted,
}: {
  letter: DeadLetter;
  onClose(): void;
  onDeleted(): void;
}) {
  const { t } = useTranslation("deadLetters");
  const remove = useDeleteLetter();
  return (
    <ConfirmDialog
      title={t("delete.title")}
      consequences={[t("delete.consequence")]}
      confirm={t("delete.action")}
      danger
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate({ agent: letter.agent, letter: letter.id }, { onSuccess: onDeleted })}
    />
  );
}
