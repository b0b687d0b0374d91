import { Button, Drawer, Group, Select, Switch, Text, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { SchemaForm } from "@/ui/form/SchemaForm";
import { ApiProblem, isProblem } from "@/wire/problem";
import { filledMatch, KINDS, matchFields, newPolicy } from "./kinds";
import classes from "./PoliciesPage.module.css";
import { type Kind, type Policy, type PolicySet, usePutPolicy, useSchemas } from "./wire";
import { formSchema } from "./words";

interface Props {
  set: PolicySet;
  /** The one to change, or the kind of a new one. */
  given: Policy | Kind;
  onClose(): void;
}

/** Makes a policy, or changes one; what is wrong stands at its field. */
export function PolicyForm({ set, given, onClose }: Props) {
  const { t } = useTranslation(["policies", "app"]);
  const { t: words, i18n } = useTranslation("policies");
  const old = typeof given === "string" ? null : given;
  const [draft, setDraft] = useState<Policy>(() => (typeof given === "string" ? newPolicy(given) : given));
  const [number, setNumber] = useState(set.number);
  const [why, setWhy] = useState("");
  const schemas = useSchemas().data;
  const put = usePutPolicy();
  const problem = put.error instanceof ApiProblem ? put.error : null;
  const errors = problem?.byField ?? new Map<string, string>();
  const change = (part: Partial<Policy>) => setDraft({ ...draft, ...part });
  const fields = matchFields(draft.kind, draft.spec);
  const stale = isProblem(put.error, "policies_changed");
  const taken = !old && set.policies.some((policy) => policy.name === draft.name.trim());
  const submit = () => {
    const policy = { ...draft, name: draft.name.trim(), match: filledMatch(draft.match) };
    put.mutate({ number, name: old?.name ?? policy.name, policy, why }, { onSuccess: onClose });
  };
  const shown = new Set(["/name", "/note", "/kind", ...fields.map((field) => `/match/${field}`)]);
  const elsewhere = [...errors].filter(([field]) => !shown.has(field) && !field.startsWith("/spec/"));
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={540}
      closeButtonProps={{ "aria-label": t("close") }}
      title={old ? t("form.edit", { name: old.name }) : t("new")}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Select
          label={t("form.kind")}
          description={t(`about.${draft.kind}`)}
          data={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
          value={draft.kind}
          disabled={old !== null}
          allowDeselect={false}
          onChange={(kind) => change({ kind: (kind ?? "rate_limit") as Kind, spec: {}, match: {} })}
          error={errors.get("/kind")}
        />
        <TextInput
          mt="sm"
          label={t("form.name")}
          description={t("form.nameHint")}
          value={draft.name}
          maxLength={64}
          onChange={(event) => change({ name: event.currentTarget.value })}
          error={errors.get("/name") ?? (taken ? t("form.taken") : undefined)}
          data-autofocus
        />
        <fieldset className={classes.fieldset}>
          <legend className={classes.legend}>{t("form.match")}</legend>
          <p className={classes.quiet}>{t("form.matchHint")}</p>
          <div className={classes.pair}>
            {fields.map((field) => (
              <TextInput
                key={field}
                label={t(`match.${field}`)}
                value={draft.match[field] ?? ""}
                maxLength={128}
                placeholder={t("form.any")}
                onChange={(event) =>
                  change({ match: { ...draft.match, [field]: event.currentTarget.value } })
                }
                error={errors.get(`/match/${field}`)}
              />
            ))}
          </div>
        </fieldset>
        <fieldset className={classes.fieldset}>
          <legend className={classes.legend}>{t("form.spec")}</legend>
          {schemas && (
            <SchemaForm
              key={draft.kind}
              schema={formSchema(draft.kind, schemas[draft.kind], words, i18n.language)}
              value={draft.spec}
              onChange={(spec) => change({ spec })}
              pointer="/spec"
              problems={errors}
            />
          )}
        </fieldset>
        <Switch
          mt="md"
          label={t("form.enabled")}
          checked={draft.enabled}
          onChange={(event) => change({ enabled: event.currentTarget.checked })}
        />
        <Textarea
          mt="md"
          label={t("form.note")}
          value={draft.note}
          autosize
          minRows={1}
          maxRows={6}
          maxLength={1000}
          onChange={(event) => change({ note: event.currentTarget.value })}
          error={errors.get("/note")}
        />
        <TextInput
          mt="sm"
          label={t("form.why")}
          value={why}
          maxLength={1000}
          onChange={(event) => setWhy(event.currentTarget.value)}
        />
        {problem && (
          <div role="alert" className={classes.problem}>
            <Text size="sm">
              {stale ? t("form.stale") : errors.size > elsewhere.length ? t("form.faults") : problem.message}
            </Text>
            {elsewhere.map(([field, message]) => (
              <Text key={field} size="sm">
                {`${field || "/"}: ${message}`}
              </Text>
            ))}
            {stale && (
              <Button
                variant="default"
                size="xs"
                mt="xs"
                onClick={() => {
                  setNumber(set.number);
                  put.reset();
                }}
              >
                {t("form.overwrite", { number: set.number })}
              </Button>
            )}
          </div>
        )}
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={onClose}>
            {t("app:action.cancel")}
          </Button>
          <Button type="submit" disabled={!draft.name.trim() || taken} loading={put.isPending}>
            {old ? t("form.save") : t("form.create")}
          </Button>
        </Group>
      </form>
    </Drawer>
  );
}
