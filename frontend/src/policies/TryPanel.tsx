import { Button, TagsInput, TextInput } from "@mantine/core";
import { IconFlask } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "@/wire/problem";
import { ICONS, ONLY_BY_POLICY } from "./kinds";
import classes from "./PoliciesPage.module.css";
import { type Answer, type Question, useTry } from "./wire";
import { specWords } from "./words";

const PARTS = ["agent", "version", "instance", "region", "user"] as const;

/** Which policy of each kind holds for somebody, and why the others do not. */
export function TryPanel() {
  const { t } = useTranslation("policies");
  const [question, setQuestion] = useState<Question>({});
  const ask = useTry();
  const errors = ask.error instanceof ApiProblem ? ask.error.byField : new Map<string, string>();
  const submit = () => {
    const asked = Object.entries(question).filter(([, value]) => value !== "" && value?.length !== 0);
    ask.mutate(Object.fromEntries(asked));
  };
  return (
    <>
      <form
        className={classes.try}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p className={classes.quiet}>{t("try.text")}</p>
        <div className={classes.tryFields}>
          {PARTS.map((part) => (
            <TextInput
              key={part}
              label={t(`match.${part}`)}
              value={question[part] ?? ""}
              maxLength={200}
              onChange={(event) => setQuestion({ ...question, [part]: event.currentTarget.value })}
              error={errors.get(`/${part}`)}
            />
          ))}
          <TagsInput
            label={t("match.tags")}
            value={question.tags ?? []}
            onChange={(tags) => setQuestion({ ...question, tags })}
            error={errors.get("/tags")}
          />
        </div>
        <Button type="submit" leftSection={<IconFlask size={15} />} loading={ask.isPending}>
          {t("try.do")}
        </Button>
        {ask.error && errors.size === 0 && (
          <p role="alert" className={classes.problem}>
            {ask.error.message}
          </p>
        )}
      </form>
      {ask.data && (
        <ul className={classes.list} aria-label={t("try.answers")}>
          {ask.data.answers.map((answer) => (
            <AnswerRow key={`${answer.kind} ${answer.about}`} answer={answer} />
          ))}
        </ul>
      )}
    </>
  );
}

function AnswerRow({ answer }: { answer: Answer }) {
  const { t } = useTranslation("policies");
  const Icon = ICONS[answer.kind];
  const others = answer.looked_at.filter((looked) => looked.reason !== "holds");
  return (
    <li className={classes.row}>
      <span className={classes.chip} aria-hidden>
        <Icon size={16} stroke={1.7} />
      </span>
      <div className={classes.main}>
        <span className={classes.quiet}>
          {t(`kind.${answer.kind}`)}
          {answer.about && ` · ${t(`side.${answer.about}`)}`}
        </span>
        <span className={answer.policy ? classes.name : classes.quiet}>
          {answer.policy ??
            (ONLY_BY_POLICY.has(answer.kind)
              ? t("defaults.nothing")
              : answer.kind === "rate_limit" && answer.about !== "user"
                ? t("try.noLimit")
                : t("try.defaults"))}
        </span>
        {answer.policy && (
          <span className={classes.spec}>{specWords(answer.spec, t) || t("defaultsHold")}</span>
        )}
        {others.map((looked) => (
          <span key={looked.name} className={classes.passed}>
            {looked.name}:{" "}
            {t(`reason.${looked.reason}`, { field: looked.field && t(`match.${looked.field}`) })}
          </span>
        ))}
      </div>
    </li>
  );
}
