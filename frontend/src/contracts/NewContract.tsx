import { Alert, Button, Group, Modal, Select, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { ApiProblem } from "@/wire/problem";
import { SAMPLE_NAME, SAMPLES } from "./samples";
import { SCHEMA_TYPES, type SchemaType, useRegister } from "./wire";

/** Register the first version of a contract. */
export function NewContract({ onClose }: { onClose(): void }) {
  const { t } = useTranslation("contracts");
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [type, setType] = useState<SchemaType>("AVRO");
  const [schema, setSchema] = useState("");
  const register = useRegister();
  const fields = register.error instanceof ApiProblem ? register.error.byField : new Map<string, string>();
  const send = () =>
    register.mutate(
      { name: name.trim(), schema, schema_type: type, references: [] },
      { onSuccess: () => void navigate(`/contracts/${encodeURIComponent(name.trim())}`) },
    );
  return (
    <Modal opened onClose={onClose} title={t("new.title")} size="lg">
      <TextInput
        label={t("new.name")}
        description={t("new.nameHint")}
        placeholder={SAMPLE_NAME}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
        styles={{ input: { fontFamily: "var(--ac-mono)" } }}
      />
      <Select
        mt="sm"
        label={t("type")}
        data={SCHEMA_TYPES.map((value) => ({ value, label: t(`types.${value}`) }))}
        value={type}
        onChange={(value) => setType(value as SchemaType)}
        allowDeselect={false}
      />
      <Textarea
        mt="sm"
        label={t("schema")}
        placeholder={SAMPLES[type]}
        value={schema}
        onChange={(event) => setSchema(event.currentTarget.value)}
        autosize
        minRows={8}
        maxRows={20}
        error={fields.get("/schema")}
        styles={{ input: { fontFamily: "var(--ac-mono)", fontSize: 12 } }}
      />
      {register.error && (
        <Alert color="red" mt="sm" role="alert">
          {register.error.message}
        </Alert>
      )}
      <Group mt="md" justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("cancel")}
        </Button>
        <Button onClick={send} loading={register.isPending} disabled={!name.trim() || !schema.trim()}>
          {t("new.send")}
        </Button>
      </Group>
    </Modal>
  );
}
