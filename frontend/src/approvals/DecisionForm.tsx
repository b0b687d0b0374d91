import { Button, Group, Text, Textarea } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { missing, withDefaults } from "@/graph/formValue";
import type { JsonSchema } from "@/graph/schema";
import { SchemaForm } from "@/ui/form/SchemaForm";
import { ApiProblem } from "@/wire/problem";
import { useDecide } from "@/wire/queries";

interface Props {
  run: string;
  step: string;
  /** Of an object; without fields there is no form. */
  schema: JsonSchema;
  project?: string | undefined;
  /** Why the reader may not decide; "": they may. */
  blocked: string;
  onDecided?(): void;
}

/** The form, a comment, and yes or no. A rejection needs no form. */
export function DecisionForm({ run, step, schema, project, blocked, onDecided }: Props) {
  const { t } = useTranslation("approvals");
  const [data, setData] = useState<Record<string, unknown>>(() => withDefaults(schema, {}));
  const [comment, setComment] = useState("");
  const [asked, setAsked] = useState(false);
  const decide = useDecide();
  const hasForm = Object.keys(schema.properties ?? {}).length > 0;
  const empty = hasForm ? missing(schema, data) : [];
  const problems = useMemo(() => {
    const found = new Map<string, string>();
    if (asked) for (const name of empty) found.set(`/data/${name}`, t("required"));
    if (decide.error instanceof ApiProblem)
      for (const [field, message] of decide.error.byField) found.set(field, message);
    return found;
  }, [asked, empty, decide.error, t]);
  const send = (approved: boolean) => {
    setAsked(approved);
    if (approved && empty.length > 0) return;
    decide.mutate(
      { run, step, approved, comment, ...(hasForm && (approved || empty.length === 0) && { data }) },
      { onSuccess: onDecided },
    );
  };
  if (blocked)
    return (
      <Text size="sm" c="dimmed">
        {blocked}
      </Text>
    );
  return (
    <div>
      {hasForm && (
        <SchemaForm
          schema={schema}
          value={data}
          onChange={setData}
          pointer="/data"
          problems={problems}
          {...(project && { project })}
        />
      )}
      <Textarea
        label={t("comment")}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
        autosize
        minRows={1}
        maxRows={8}
        maxLength={2000}
        mt={hasForm ? "sm" : 0}
      />
      {decide.error && (
        <Text role="alert" c="red" size="sm" mt="xs">
          {decide.error.message}
        </Text>
      )}
      <Group mt="sm" gap="xs">
        <Button
          leftSection={<IconCheck size={15} />}
          onClick={() => send(true)}
          loading={decide.isPending}
          disabled={decide.isSuccess}
          data-testid="approve"
        >
          {t("approve")}
        </Button>
        <Button
          variant="default"
          leftSection={<IconX size={15} />}
          onClick={() => send(false)}
          disabled={decide.isPending || decide.isSuccess}
          data-testid="reject"
        >
          {t("reject")}
        </Button>
        {decide.isSuccess && (
          <Text size="sm" c="dimmed" role="status">
            {t("sent")}
          </Text>
        )}
      </Group>
    </div>
  );
}
