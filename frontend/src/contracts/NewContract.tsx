import { Alert, Button, Group, Modal, Select, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useMayOperate } from "@/wire/mayOperate";
import { ApiProblem } from "@/wire/problem";
import { useEdited } from "./may";
import { complete, References } from "./References";
import { SAMPLE_NAME, SAMPLE_SIDE, SAMPLE_VERSION, SAMPLES } from "./samples";
import { type Reference, SCHEMA_TYPES, type SchemaType, useRegister } from "./wire";

/** Register the first version of a contract. */
export function NewContract({ onClose }: { onClose(): void }) {
  const { t } = useTranslation("contracts");
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [type, setType] = useState<SchemaType>("AVRO");
  const [schema, setSchema] = useState("");
  const [references, setReferences] = useState<readonly Reference[]>([]);
  const [version, setVersion] = useState("");
  const register = useRegister();
  const projects = useEdited();
  const [project, setProject] = useState<string | null>(null);
  const binds = useMayOperate("contracts.bind_contract").may;
  const fields = register.error instanceof ApiProblem ? register.error.byField : new Map<string, string>();
  const send = () =>
    register.mutate(
      {
        name: name.trim(),
        schema,
        schema_type: type,
        references,
        ...(version.trim() && { version: version.trim() }),
        project: project ?? projects[0]?.slug ?? "",
      },
      { onSuccess: () => void navigate(`/contracts/${encodeURIComponent(name.trim())}`) },
    );
  return (
    <Modal opened onClose={onClose} title={t("new.title")} size="lg">
      <TextInput
        label={t("new.name")}
        description={
          binds ? t("new.nameHint", { subject: SAMPLE_NAME, side: SAMPLE_SIDE }) : t("new.unboundHint")
        }
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
      {projects.length > 1 && (
        <Select
          mt="sm"
          label={t("settings.project")}
          description={t("settings.projectHint")}
          data={projects.map(({ slug, name: label }) => ({ value: slug, label }))}
          value={project ?? projects[0]?.slug ?? null}
          onChange={setProject}
          allowDeselect={false}
          error={fields.get("/project")}
        />
      )}
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
      <References type={type} references={references} onChange={setReferences} />
      <TextInput
        mt="sm"
        w={220}
        label={t("version")}
        description={t("new.versionHint", { version: SAMPLE_VERSION })}
        placeholder={SAMPLE_VERSION}
        value={version}
        onChange={(event) => setVersion(event.currentTarget.value)}
        error={fields.get("/version")}
        styles={{ input: { fontFamily: "var(--ac-mono)" } }}
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
        <Button
          onClick={send}
          loading={register.isPending}
          disabled={!name.trim() || !schema.trim() || !complete(references)}
        >
          {t("new.send", { version: version.trim() || SAMPLE_VERSION })}
        </Button>
      </Group>
    </Modal>
  );
}
