import { Button, Group, Modal, Select, Skeleton, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { serverWords } from "@/i18n/serverWords";
import { useCreateWorkflow, useMe, useTemplates } from "@/wire/queries";
import type { Template } from "@/wire/types";
import { GraphSketch } from "./GraphSketch";
import classes from "./WorkflowsPage.module.css";

/** A new workflow: empty, or from a template. */
export function NewWorkflow({ onClose }: { onClose(): void }) {
  const { t } = useTranslation(["workflows", "app"]);
  const navigate = useNavigate();
  const templates = useTemplates();
  const projects = useMe().data?.projects ?? [];
  const [template, setTemplate] = useState<Template | null>(null);
  const [title, setTitle] = useState("");
  const [project, setProject] = useState<string | null>(null);
  const create = useCreateWorkflow();
  const name = title.trim() || (template ? serverWords("template", template.title) : "");
  const submit = () =>
    create.mutate(
      { title: name, ...(project && { project }), ...(template && { template: template.name }) },
      { onSuccess: ({ id }) => void navigate(`/workflows/${id}`) },
    );
  return (
    <Modal
      opened
      closeButtonProps={{ "aria-label": t("app:action.close") }}
      onClose={onClose}
      title={t("create.title")}
      size={760}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Group grow align="flex-start">
          <TextInput
            label={t("create.name")}
            placeholder={template ? serverWords("template", template.title) : t("create.namePlaceholder")}
            value={title}
            maxLength={200}
            onChange={(event) => setTitle(event.currentTarget.value)}
            error={create.error?.message}
            data-autofocus
          />
          {projects.length > 1 && (
            <Select
              label={t("create.project")}
              data={projects.map(({ slug, name: label }) => ({ value: slug, label }))}
              value={project ?? projects[0]?.slug ?? null}
              onChange={setProject}
              allowDeselect={false}
            />
          )}
        </Group>
        <div style={{ margin: "18px 0 8px", fontWeight: 550 }}>{t("create.start")}</div>
        <div className={classes.cards} role="radiogroup" aria-label={t("create.start")}>
          <Card
            title={t("create.blank")}
            text={t("create.blankText")}
            chosen={template === null}
            onChoose={() => setTemplate(null)}
          >
            <IconPlus
              size={22}
              stroke={1.5}
              color="var(--ac-text-3)"
              style={{ margin: "21px auto", display: "block" }}
            />
          </Card>
          {templates.isPending && <Skeleton height={150} radius="lg" />}
          {templates.data?.map((item) => (
            <Card
              key={item.name}
              title={serverWords("template", item.title)}
              text={serverWords("template", item.description)}
              chosen={template?.name === item.name}
              onChoose={() => setTemplate(item)}
            >
              <GraphSketch graph={item.graph} />
            </Card>
          ))}
        </div>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={onClose}>
            {t("app:action.cancel")}
          </Button>
          <Button type="submit" disabled={!name} loading={create.isPending}>
            {t("create.do")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

interface CardProps {
  title: string;
  text: string;
  chosen: boolean;
  onChoose(): void;
  children: ReactNode;
}

function Card({ title, text, chosen, onChoose, children }: CardProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a card with a picture cannot be an input
    <button type="button" className={classes.card} role="radio" aria-checked={chosen} onClick={onChoose}>
      <div className={classes.preview}>{children}</div>
      <span className={classes.cardTitle}>{title}</span>
      <span className={classes.cardText}>{text}</span>
    </button>
  );
}
