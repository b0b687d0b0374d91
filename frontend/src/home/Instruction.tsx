import { Button, TextInput } from "@mantine/core";
import { IconSparkles } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { usePlan } from "@/wire/plans";
import classes from "./Instruction.module.css";
import { PlanDialog } from "./PlanDialog";

const LONGEST = 4000;

/** What is to be done, in words: planned with the agents that run, looked at, then run. */
export function Instruction() {
  const { t } = useTranslation("home");
  const [words, setWords] = useState("");
  const plan = usePlan();
  const said = words.trim();
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (said) plan.mutate(said);
  };
  return (
    <>
      <form className={classes.form} onSubmit={send}>
        <TextInput
          className={classes.words}
          aria-label={t("plan.label")}
          placeholder={t("plan.placeholder")}
          size="md"
          maxLength={LONGEST}
          leftSection={<IconSparkles size={17} stroke={1.6} />}
          value={words}
          onChange={(event) => {
            setWords(event.currentTarget.value);
            if (plan.error) plan.reset();
          }}
          error={plan.error?.message}
          errorProps={{ role: "alert" }}
        />
        <Button type="submit" size="md" variant="default" loading={plan.isPending} disabled={!said}>
          {t("plan.make")}
        </Button>
      </form>
      {plan.data && <PlanDialog plan={plan.data} onClose={plan.reset} />}
    </>
  );
}
