import { Button, Drawer, Group, NumberInput, Select, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { JsonField } from "@/ui/code/lazy";
import { ApiProblem } from "@/wire/problem";
import { KindFields } from "./KindFields";
import { EXAMPLES, ICONS, KINDS, NAMES, newDraft } from "./kinds";
import classes from "./TriggersPage.module.css";
import {
  type Draft,
  type Made,
  type Priority,
  type Trigger,
  useCreateTrigger,
  useUpdateTrigger,
} from "./wire";

interface Props {
  workflow: string;
  /** The newest published version. */
  newest: number | null;
  /** The one to change; null: a new one. */
  trigger: Trigger | null;
  onClose(): void;
  onSecret(secret: string): void;
}

/** Makes a trigger, or changes one. */
export function TriggerForm({ workflow, newest, trigger, onClose, onSecret }: Props) {
  const { t } = useTranslation(["triggers", "app"]);
  const [draft, setDraft] = useState<Draft>(() => trigger ?? newDraft("webhook", ""));
  const create = useCreateTrigger(workflow);
  const update = useUpdateTrigger(trigger?.id ?? "");
  const saving = trigger ? update : create;
  const problem = saving.error instanceof ApiProblem ? saving.error : null;
  const errors = problem?.byField ?? new Map<string, string>();
  const below = [...errors].filter(([field]) => field.startsWith("/input"));
  const set = (changes: Partial<Draft>) => setDraft({ ...draft, ...changes } as Draft);
  const onSuccess = ({ secret }: Made) => {
    if (secret) onSecret(secret);
    onClose();
  };
  const submit = () => {
    const { kind, name, config, version, input, priority, labels } = draft;
    const body = { name: name.trim(), config, version, input: input ?? {}, priority, labels };
    if (trigger) update.mutate(body, { onSuccess });
    else create.mutate({ kind, ...body } as Draft, { onSuccess });
  };
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={520}
      closeButtonProps={{ "aria-label": t("close") }}
      title={trigger ? t("form.edit") : t("new")}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {!trigger && <KindChoice draft={draft} onChoose={setDraft} />}
        <TextInput
          label={t("form.name")}
          value={draft.name}
          maxLength={120}
          onChange={(event) => set({ name: event.currentTarget.value })}
          error={errors.get("/name")}
          data-autofocus
        />
        <KindFields draft={draft} errors={errors} onChange={(part) => set(part)} />
        <div className={classes.label}>{t("form.input")}</div>
        <JsonField
          label={t("form.input")}
          value={draft.input}
          onChange={(input) => set({ input })}
          invalid={below.length > 0}
        />
        <Text size="xs" c={below.length > 0 ? "red" : "dimmed"} mt={4}>
          {below.length > 0
            ? below.map(([field, message]) => `${field}: ${message}`).join(" ")
            : t("form.inputHint", { names: NAMES[draft.kind], example: EXAMPLES[draft.kind] })}
        </Text>
        <Group grow mt="sm" align="flex-start">
          <NumberInput
            label={t("form.version")}
            placeholder={newest === null ? t("form.newest") : t("form.newestIs", { number: newest })}
            value={draft.version ?? ""}
            min={1}
            allowDecimal={false}
            onChange={(value) => set({ version: typeof value === "number" ? value : null })}
            error={errors.get("/version")}
          />
          <Select
            label={t("form.priority")}
            data={(["", "high", "normal", "low"] as const).map((value) => ({
              value,
              label: t(`priority.${value || "own"}`),
            }))}
            value={draft.priority}
            onChange={(value) => set({ priority: (value ?? "") as Priority })}
            allowDeselect={false}
          />
        </Group>
        {problem && (
          <Text role="alert" c="red" size="sm" mt="sm">
            {problem.message}
          </Text>
        )}
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={onClose}>
            {t("app:action.cancel")}
          </Button>
          <Button type="submit" disabled={!draft.name.trim()} loading={saving.isPending}>
            {trigger ? t("form.save") : t("form.create")}
          </Button>
        </Group>
      </form>
    </Drawer>
  );
}

function KindChoice({ draft, onChoose }: { draft: Draft; onChoose(draft: Draft): void }) {
  const { t } = useTranslation("triggers");
  return (
    <div className={classes.kinds} role="radiogroup" aria-label={t("form.kind")}>
      {KINDS.map((kind) => {
        const Icon = ICONS[kind];
        return (
          <UnstyledButton
            key={kind}
            className={classes.kind}
            role="radio"
            aria-checked={draft.kind === kind}
            onClick={() => draft.kind !== kind && onChoose(newDraft(kind, draft.name))}
          >
            <Icon size={18} stroke={1.7} aria-hidden />
            <span className={classes.kindName}>{t(`kind.${kind}`)}</span>
            <span className={classes.kindText}>{t(`kindText.${kind}`)}</span>
          </UnstyledButton>
        );
      })}
    </div>
  );
}
