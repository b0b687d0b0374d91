import { Button } from "@mantine/core";
import { IconBolt, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { useWorkflow } from "@/wire/queries";
import { SecretDialog } from "./SecretDialog";
import { TriggerForm } from "./TriggerForm";
import { TriggerRow } from "./TriggerRow";
import classes from "./TriggersPage.module.css";
import { type Trigger, useTriggers } from "./wire";

/** `/workflows/:id/triggers`: what starts the workflow without a person. */
export default function TriggersPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation(["triggers", "app"]);
  const workflow = useWorkflow(id);
  const triggers = useTriggers(id);
  const [form, setForm] = useState<"new" | Trigger | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  const [secret, setSecret] = useState("");
  const list = triggers.data;
  const mayEdit = ["editor", "owner"].includes(workflow.data?.role ?? "");
  const add = mayEdit && (
    <Button leftSection={<IconPlus size={15} />} onClick={() => setForm("new")}>
      {t("new")}
    </Button>
  );
  const error = workflow.error ?? triggers.error;
  return (
    <>
      <PageHeader
        crumbs={[
          { label: t("app:nav.workflows"), to: "/workflows" },
          { label: workflow.data?.title ?? "…", to: `/workflows/${id}` },
          { label: t("title") },
        ]}
        actions={list && list.length > 0 && add}
      />
      <div className={classes.page}>
        {triggers.isPending && !error && <PageSkeleton />}
        {error && !list && <ErrorState error={error} onRetry={() => void triggers.refetch()} />}
        {list?.length === 0 && (
          <EmptyState
            icon={<IconBolt size={24} stroke={1.6} />}
            title={t("empty.title")}
            text={t("empty.text")}
            action={add}
          />
        )}
        {list && list.length > 0 && workflow.data?.published_version === null && (
          <p className={classes.notice}>{t("notPublished")}</p>
        )}
        {list && list.length > 0 && (
          <ul className={classes.list} aria-label={t("title")}>
            {list.map((trigger) => (
              <TriggerRow
                key={trigger.id}
                trigger={trigger}
                mayEdit={mayEdit}
                open={open === trigger.id}
                onToggle={() => setOpen(open === trigger.id ? null : trigger.id)}
                onEdit={() => setForm(trigger)}
                onSecret={setSecret}
              />
            ))}
          </ul>
        )}
      </div>
      {form && (
        <TriggerForm
          workflow={id}
          newest={workflow.data?.published_version ?? null}
          trigger={form === "new" ? null : form}
          onClose={() => setForm(null)}
          onSecret={setSecret}
        />
      )}
      {secret && <SecretDialog secret={secret} onClose={() => setSecret("")} />}
    </>
  );
}
