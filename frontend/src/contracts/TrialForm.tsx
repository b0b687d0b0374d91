import { Alert, Button, Group, Select } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { OperatorButton } from "@/ui/OperatorButton";
import { ApiProblem } from "@/wire/problem";
import classes from "./Contracts.module.css";
import { useMayChange } from "./may";
import { Reasons } from "./Reasons";
import { SchemaCode } from "./SchemaCode";
import {
  type ContractDetail,
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
  const draft = { schema, schema_type: type, references: newest.data?.references ?? [] };
  const change = (text: string) => {
    setWritten(text);
    trial.reset();
    register.reset();
  };
  const send = () =>
    register.mutate(
      { name: contract.name, ...draft },
      {
        onSuccess: (made) => {
          notifications.show({ message: t("registered", { version: made.version }), color: "green" });
          setWritten(null);
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
      <Group mt="sm" gap="xs">
        <Select
          aria-label={t("type")}
          data={SCHEMA_TYPES.map((value) => ({ value, label: t(`types.${value}`) }))}
          value={type}
          onChange={(value) => setType(value as SchemaType)}
          allowDeselect={false}
          w={150}
        />
        <Button
          variant="default"
          onClick={() => trial.mutate(draft)}
          loading={trial.isPending}
          disabled={!schema.trim()}
        >
          {t("trial.check")}
        </Button>
        <OperatorButton onClick={send} loading={register.isPending} may={mayChange} blocked={blocked}>
          {t("trial.register")}
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
