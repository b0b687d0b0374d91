import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlayerPlayFilled } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { serverWords } from "@/i18n/serverWords";
import type { Agent, Template } from "@/wire/types";
import classes from "./SampleCard.module.css";
import { TemplatePreview } from "./TemplatePreview";
import { useTemplate } from "./useTemplate";

/** The one thing to do on a first visit: a workflow that runs with one press. */
export function SampleCard({ template, agents }: { template: Template; agents: ReadonlyMap<string, Agent> }) {
  const { t } = useTranslation("home");
  const navigate = useNavigate();
  const use = useTemplate();
  const go = (run: boolean) =>
    use.mutate(
      { template, run },
      {
        onSuccess: (made) => void navigate(made.run ? `/runs/${made.run}` : `/workflows/${made.workflow}`),
        onError: (error) =>
          notifications.show({ color: "red", title: t("sample.failed"), message: error.message }),
      },
    );
  const busy = (run: boolean) => use.isPending && use.variables?.run === run;
  return (
    <article className={classes.card}>
      <div className={classes.words}>
        <span className={classes.badge}>{t("sample.badge")}</span>
        <h2 className={classes.title}>{serverWords("template", template.title)}</h2>
        <p className={classes.text}>{serverWords("template", template.description)}</p>
        <div className={classes.actions}>
          <Button
            size="sm"
            leftSection={<IconPlayerPlayFilled size={15} />}
            loading={busy(true)}
            disabled={use.isPending}
            onClick={() => go(true)}
            data-testid="open-and-run"
          >
            {t("sample.run")}
          </Button>
          <Button
            size="sm"
            variant="default"
            loading={busy(false)}
            disabled={use.isPending}
            onClick={() => go(false)}
          >
            {t("sample.open")}
          </Button>
        </div>
      </div>
      <div className={classes.picture}>
        <TemplatePreview template={template} agents={agents} />
      </div>
    </article>
  );
}
