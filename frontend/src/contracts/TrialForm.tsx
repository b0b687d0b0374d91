import { Alert, Button, Group, Select, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { OperatorButton } from "@/ui/OperatorButton";
import { ApiProblem } from "@/wire/problem";
import classes from "./Contracts.module.css";
import { useMayChange } from "./may";
import { Reasons } from "./Reasons";
import { complete, References } from "./References";
import { SchemaCode } from "./SchemaCode";
import {
  type ContractDetail,
  type Reference,
  SCHEMA_TYPES,
  type SchemaType,
  useContractText,
  useRegister,
  useTrial,
} from "./wire";

/** A schema to try out, and to register when it does. */
export function TrialForm({ contract }: { contract: ContractDetail }) {
  const { t } = useTranslation("contracts");
  const newest = useContractText(contract.name, contract.latest.version);
  const [written, setWritten] = useState<string | null>(null);
  const [type, setType] = useState<SchemaType>(contract.latest.schema_type);
  const trial = useTrial(contract.name);
  const register = useRegister();
  const schema = written ?? newest.data?.schema ?? "";
  const [named, setNamed] = useState<readonly Reference[] | null>(null);
  const [version, setVersion] = useState("");
  const references = named ?? newest.data?.references ?? [];
  const draft = { schema, schema_type: type, references };
  const forget = () => {
    trial.reset();
    register.reset();
  };
  const change = (text: string) => {
    setWritten(text);
    forget();
  };
  const send = () =>
    register.mutate(
      { name: contract.name, ...draft, ...(version.trim() && { version: version.trim() }) },
      {
        onSuccess: (made) => {
          notifications.show({ message: t("registered", { version: made.version }), color: "green" });
          setWritten(null);
          setNamed(null);
          setVersion("");
        },
      },
    );
  const error = register.error ?? trial.error;
  const mayChange = useMayChange(contract);
  const blocked =
    contract.mode === "READONLY"
      ? t("trial.readOnly")
      : !trial.data
        ? t("trial.checkFirst")
        : trial.data.known_version
          ? t("trial.known", { version: trial.data.known_version })
          : trial.data.compatible
            ? ""
            : t("trial.doesNotFit");
  return (
    <section>
      <p className={classes.quiet}>{t("trial.hint", { level: t(`levels.${contract.compatibility}`) })}</p>
      <SchemaCode text={schema} type={type} label={t("schema")} onChange={change} />
      <References
        type={type}
        references={references}
        onChange={(changed) => {
          setNamed(changed);
          forget();
        }}
      />
      <Group mt="sm" gap="xs">
        <Select
          aria-label={t("type")}
          data={SCHEMA_TYPES.map((value) => ({ value, label: t(`types.${value}`) }))}
          value={type}
          onChange={(value) => {
            setType(value as SchemaType);
            forget();
          }}
          allowDeselect={false}
          w={150}
        />
        <TextInput
          aria-label={t("trial.version")}
          placeholder={t("trial.nextVersion")}
          value={version}
          onChange={(event) => {
            setVersion(event.currentTarget.value);
            register.reset();
          }}
          styles={{ input: { fontFamily: "var(--ac-mono)" } }}
          w={190}
        />
        <Button
          variant="default"
          onClick={() => trial.mutate(draft)}
          loading={trial.isPending}
          disabled={!schema.trim() || !complete(references)}
        >
          {t("trial.check")}
        </Button>
        <OperatorButton onClick={send} loading={register.isPending} may={mayChange} blocked={blocked}>
          {version.trim() ? t("new.send", { version: version.trim() }) : t("trial.register")}
        </OperatorButton>
      </Group>
      {error && <Failed error={error} />}
      {trial.data?.known_version && (
        <Alert mt="sm" role="status">
          {t("trial.known", { version: trial.data.known_version })}
        </Alert>
      )}
      {trial.data && !trial.data.known_version && (
        <div className={classes.result}>
          <Reasons
            reasons={trial.data.incompatibilities}
            none={t("trial.fits", { level: t(`levels.${trial.data.compatibility}`) })}
          />
        </div>
      )}
    </section>
  );
}

function Failed({ error }: { error: Error }) {
  const fields = error instanceof ApiProblem ? error.errors : [];
  return (
    <Alert color="red" mt="sm" role="alert">
      {error.message}
      {fields.length > 1 && (
        <ul className={classes.fields}>
          {fields.map(({ field, message }) => (
            <li key={`${field} ${message}`}>
              <code>{field}</code> {message}
            </li>
          ))}
        </ul>
      )}
    </Alert>
  );
}
