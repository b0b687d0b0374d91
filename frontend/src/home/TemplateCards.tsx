import { UnstyledButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlus } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { serverWords } from "@/i18n/serverWords";
import { agentIcon } from "@/ui/agentIcons";
import { IconChip } from "@/ui/IconChip";
import { useCreateWorkflow } from "@/wire/queries";
import type { Template } from "@/wire/types";
import classes from "./TemplateCards.module.css";

/** The other templates, and an empty workflow. Each press makes a workflow and opens it. */
export function TemplateCards({ templates }: { templates: readonly Template[] }) {
  const { t } = useTranslation("home");
  const navigate = useNavigate();
  const create = useCreateWorkflow();
  const make = (title: string, template?: string) =>
    create.mutate(template ? { title, template } : { title }, {
      onSuccess: ({ id }) => void navigate(`/workflows/${id}`),
      onError: (error) => notifications.show({ color: "red", title: t("useFailed"), message: error.message }),
    });
  return (
    <div className={classes.grid}>
      {templates.map((template) => (
        <Card
          key={template.name}
          icon={<IconChip icon={agentIcon(template.icon)} tint="data" />}
          title={serverWords("template", template.title)}
          text={serverWords("template", template.description)}
          onClick={() => make(serverWords("template", template.title), template.name)}
          disabled={create.isPending}
        />
      ))}
      <Card
        icon={<IconChip icon={IconPlus} tint="flow" />}
        title={t("blank")}
        text={t("blankText")}
        onClick={() => make(t("untitled"))}
        disabled={create.isPending}
      />
    </div>
  );
}

interface CardProps {
  icon: ReactNode;
  title: string;
  text: string;
  disabled: boolean;
  onClick(): void;
}

function Card({ icon, title, text, disabled, onClick }: CardProps) {
  return (
    <UnstyledButton className={classes.card} onClick={onClick} disabled={disabled}>
      {icon}
      <span className={classes.words}>
        <span className={classes.title}>{title}</span>
        <span className={classes.text}>{text}</span>
      </span>
    </UnstyledButton>
  );
}
