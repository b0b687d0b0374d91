import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { renamePort } from "@/graph/edit";
import { freshId } from "@/graph/identifiers";
import { type SwitchCase, switchCases } from "@/graph/ports";
import { useDocument } from "@/stores/document";
import { ExpressionFrame } from "./ExpressionFrame";
import classes from "./Inspector.module.css";
import type { NodeForm } from "./useNode";

/** The cases, first match wins; renaming a port keeps its edges. */
export function SwitchSettings({ form }: { form: NodeForm }) {
  const { t } = useTranslation("canvas");
  const cases = switchCases(form.fields);
  const put = (next: SwitchCase[]) => form.set({ cases: next });
  const rename = (index: number, port: string) => {
    const before = cases[index]?.port ?? "";
    useDocument
      .getState()
      .change((draft) => renamePort(draft, form.id, before, port), `port:${form.id}:${index}`);
    put(cases.map((item, at) => (at === index ? { ...item, port } : item)));
  };
  return (
    <>
      <p className={classes.about}>{t("kind.switch.about")}</p>
      <div className={classes.section} data-pointer="/cases">
        {cases.map((item, index) => {
          const problem = form.problems.get(`/cases/${index}/port`);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a case has no identity but its place; its name is typed in here
            <div className={classes.card} key={index} data-pointer={`/cases/${index}`}>
              <div className={classes.cardHead} data-pointer={`/cases/${index}/port`}>
                <TextInput
                  className={classes.grow}
                  value={item.port}
                  aria-label={t("field.caseName", { number: index + 1 })}
                  error={problem}
                  onChange={(event) => rename(index, event.currentTarget.value)}
                />
                <ActionIcon
                  aria-label={t("field.removeCase", { name: item.port })}
                  onClick={() => put(cases.filter((_, at) => at !== index))}
                >
                  <IconTrash size={14} />
                </ActionIcon>
              </div>
              <ExpressionFrame
                form={form}
                pointer={`/cases/${index}/expression`}
                label={t("field.caseWhen")}
                value={item.expression}
                onChange={(expression) =>
                  put(cases.map((other, at) => (at === index ? { ...other, expression } : other)))
                }
              />
            </div>
          );
        })}
        <Button
          variant="default"
          size="compact-sm"
          style={{ alignSelf: "flex-start" }}
          leftSection={<IconPlus size={14} />}
          onClick={() =>
            put([
              ...cases,
              {
                port: freshId(`case_${cases.length + 1}`, new Set(cases.map((item) => item.port))),
                expression: "",
              },
            ])
          }
        >
          {t("field.addCase")}
        </Button>
        <p className={classes.hint}>{t("field.defaultCase")}</p>
      </div>
    </>
  );
}
