import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import {
  IconAdjustments,
  IconAlertTriangle,
  IconBolt,
  IconDots,
  IconHistory,
  IconLayoutSidebar,
  IconPlayerPlayFilled,
} from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useProblems } from "@/stores/problems";
import { useView } from "@/stores/view";
import { PageHeader } from "@/ui/PageHeader";
import { updateWorkflow } from "@/wire/api";
import { keys } from "@/wire/queries";
import type { WorkflowDetail } from "@/wire/types";
import { CommandItems } from "./CommandItems";
import { autoLayout } from "./commands/autoLayout";
import { exportJson } from "./commands/exportJson";
import { exportYaml } from "./commands/exportYaml";
import { graphSettings } from "./commands/graphSettings";
import { importJson } from "./commands/importJson";
import { publish } from "./commands/publish";
import { save } from "./commands/save";
import { showShortcuts } from "./commands/showShortcuts";
import { togglePalette } from "./commands/togglePalette";
import { versions } from "./commands/versions";
import classes from "./Designer.module.css";
import type { Editor } from "./editor";
import { SaveMark } from "./SaveMark";

interface Props {
  workflow: WorkflowDetail;
  editor: Editor;
  onRenamed(): void;
}

/** The designer's part of the top bar: title, saved or not, problems, Publish, Run. */
export function DesignerHeader({ workflow, editor, onRenamed }: Props) {
  const { t } = useTranslation(["canvas", "app", "triggers"]);
  const show = useView((state) => state.show);
  const paletteOpen = useView((state) => state.paletteOpen);
  const settingsOpen = useView((state) => state.settingsOpen);
  return (
    <PageHeader
      crumbs={[
        { label: t("app:nav.workflows"), to: "/workflows" },
        { label: <Title workflow={workflow} editor={editor} onRenamed={onRenamed} /> },
      ]}
      title={workflow.title}
      status={<SaveMark />}
      actions={
        <>
          <ProblemCounter />
          {workflow.published_version !== null && (
            <span className={classes.published}>
              {t("publishedVersion", { number: workflow.published_version })}
            </span>
          )}
          <Tooltip label={t("triggers:title")}>
            <ActionIcon
              className={classes.roomy}
              component={Link}
              to={`/workflows/${workflow.id}/triggers`}
              aria-label={t("triggers:title")}
            >
              <IconBolt size={18} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={t("command.versions")}>
            <ActionIcon
              className={classes.roomy}
              aria-label={t("command.versions")}
              aria-haspopup="dialog"
              onClick={() => void versions.perform(editor)}
            >
              <IconHistory size={18} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={t("command.togglePalette")}>
            <ActionIcon
              className={classes.roomy}
              aria-label={t("command.togglePalette")}
              aria-pressed={paletteOpen}
              onClick={() => void togglePalette.perform(editor)}
            >
              <IconLayoutSidebar size={18} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={t("command.graphSettings")}>
            <ActionIcon
              className={classes.roomy}
              aria-label={t("command.graphSettings")}
              aria-pressed={settingsOpen}
              onClick={() => void graphSettings.perform(editor)}
            >
              <IconAdjustments size={18} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
          <Menu position="bottom-end" width={240}>
            <Menu.Target>
              <ActionIcon aria-label={t("more")}>
                <IconDots size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <div className={classes.tight}>
                <CommandItems editor={editor} commands={[publish, versions, togglePalette]} />
                <Menu.Item
                  component={Link}
                  to={`/workflows/${workflow.id}/triggers`}
                  leftSection={<IconBolt size={16} stroke={1.6} />}
                >
                  {t("triggers:title")}
                </Menu.Item>
                <Menu.Divider />
              </div>
              <CommandItems
                editor={editor}
                commands={[graphSettings, save, exportYaml, exportJson, importJson]}
              />
              <Menu.Divider />
              <CommandItems editor={editor} commands={[autoLayout, showShortcuts]} />
            </Menu.Dropdown>
          </Menu>
          <Button className={classes.roomy} variant="default" onClick={() => show({ dialog: "publish" })}>
            {t("command.publish")}
          </Button>
          <Button leftSection={<IconPlayerPlayFilled size={13} />} onClick={() => show({ dialog: "run" })}>
            {t("command.run")}
          </Button>
        </>
      }
    />
  );
}

function ProblemCounter() {
  const { t } = useTranslation("canvas");
  const problems = useProblems((state) => state.all);
  const toggle = useView((state) => state.toggle);
  if (problems.length === 0) return null;
  const errors = problems.some((problem) => problem.severity !== "warning");
  return (
    <Button
      variant="light"
      color={errors ? "red" : "yellow"}
      size="compact-sm"
      leftSection={<IconAlertTriangle size={14} />}
      onClick={() => toggle("problemsOpen")}
      styles={{
        root: {
          background: errors ? "var(--ac-red-soft)" : "var(--ac-amber-soft)",
          color: errors ? "var(--ac-red)" : "var(--ac-amber)",
        },
      }}
    >
      {t("problems.count", { count: problems.length })}
    </Button>
  );
}

/** The workflow's title, renamed in place. */
function Title({ workflow, editor, onRenamed }: Props) {
  const { t } = useTranslation("canvas");
  const client = useQueryClient();
  const [text, setText] = useState(workflow.title);
  const rename = useMutation({
    mutationFn: (title: string) => updateWorkflow(workflow.id, { title }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.workflows });
      onRenamed();
    },
    onError: (error) => {
      editor.say(error.message, "error");
      setText(workflow.title);
    },
  });
  const commit = () => {
    const title = text.trim();
    if (!title) setText(workflow.title);
    else if (title !== workflow.title) rename.mutate(title);
  };
  return (
    <input
      className={classes.titleInput}
      aria-label={t("workflowTitle")}
      value={text}
      maxLength={200}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") setText(workflow.title);
      }}
    />
  );
}
