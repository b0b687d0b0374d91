import { ActionIcon, Textarea, TextInput } from "@mantine/core";
import { IconKey, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { CopyButton } from "@/ui/CopyButton";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { OperatorButton } from "@/ui/OperatorButton";
import { PageHeader } from "@/ui/PageHeader";
import { PageSkeleton } from "@/ui/PageSkeleton";
import { RelativeTime } from "@/ui/RelativeTime";
import { type SigningKey, useAddKey, useRemoveKey, useSigningKeys } from "@/wire/bundles";
import { useMayGuard } from "@/wire/mayOperate";
import { ApiProblem } from "@/wire/problem";
import classes from "./Bundles.module.css";

/** The keys whose signatures are trusted. */
export default function KeysPage() {
  const { t } = useTranslation(["bundles", "registry"]);
  const keys = useSigningKeys();
  const mayAdd = useMayGuard("bundles.add_signingkey");
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<SigningKey | null>(null);
  const add = (
    <OperatorButton may={mayAdd} leftSection={<IconKey size={15} />} onClick={() => setAdding(true)}>
      {t("keys.add")}
    </OperatorButton>
  );
  return (
    <div className={classes.page}>
      <PageHeader
        crumbs={[
          { label: t("registry:agents.title"), to: "/agents" },
          { label: t("title"), to: "/agents/bundles" },
          { label: t("keys.title") },
        ]}
        actions={add}
      />
      <p className={classes.intro}>{t("keys.text")}</p>
      {keys.isPending && <PageSkeleton />}
      {keys.error && !keys.data && <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />}
      {keys.data?.length === 0 && (
        <EmptyState
          icon={<IconKey size={24} stroke={1.6} />}
          title={t("keys.empty.title")}
          text={t("keys.empty.text")}
        />
      )}
      {keys.data && keys.data.length > 0 && <KeyTable keys={keys.data} onRemove={setRemoving} />}
      {adding && <AddDialog onClose={() => setAdding(false)} />}
      {removing && <RemoveDialog signingKey={removing} onClose={() => setRemoving(null)} />}
    </div>
  );
}

function KeyTable({ keys, onRemove }: { keys: readonly SigningKey[]; onRemove(key: SigningKey): void }) {
  const { t } = useTranslation("bundles");
  const mayRemove = useMayGuard("bundles.delete_signingkey");
  return (
    <div className={classes.scroller}>
      <table className={classes.table} aria-label={t("keys.title")}>
        <thead>
          <tr>
            {(["name", "key", "added", "remove"] as const).map((name) => (
              <th key={name} scope="col">
                {t(`keys.column.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id}>
              <td>{key.name}</td>
              <td className={classes.identity}>
                <code title={key.public_key}>{key.public_key}</code>
                <CopyButton value={key.public_key} label={t("keys.copy")} />
              </td>
              <td className={classes.quiet}>
                <RelativeTime at={key.created_at} />
                {key.created_by && `, ${key.created_by}`}
              </td>
              <td>
                <ActionIcon
                  aria-label={t("keys.removeOne", { name: key.name })}
                  title={mayRemove.why || t("keys.removeOne", { name: key.name })}
                  disabled={!mayRemove.may}
                  onClick={() => onRemove(key)}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function AddDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation("bundles");
  const [name, setName] = useState("");
  const [key, setKey] = useState("");
  const add = useAddKey();
  const fields = add.error instanceof ApiProblem ? add.error.byField : new Map<string, string>();
  return (
    <ConfirmDialog
      title={t("keys.add")}
      consequences={[t("keys.consequence")]}
      confirm={t("keys.add")}
      busy={add.isPending}
      disabled={name.trim() === "" || key.trim() === ""}
      error={add.error}
      onClose={onClose}
      onConfirm={() => add.mutate({ name: name.trim(), public_key: key.trim() }, { onSuccess: onClose })}
    >
      <TextInput
        label={t("keys.column.name")}
        description={t("keys.nameHint")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={fields.get("/name")}
        maxLength={100}
        data-autofocus
      />
      <Textarea
        label={t("keys.column.key")}
        description={t("keys.keyHint")}
        value={key}
        onChange={(event) => setKey(event.currentTarget.value)}
        error={fields.get("/public_key")}
        autosize
        minRows={2}
        maxRows={6}
        mt="sm"
        styles={{ input: { fontFamily: "var(--ac-mono)", fontSize: 12 } }}
      />
    </ConfirmDialog>
  );
}

function RemoveDialog({ signingKey, onClose }: { signingKey: SigningKey; onClose(): void }) {
  const { t } = useTranslation("bundles");
  const remove = useRemoveKey();
  return (
    <ConfirmDialog
      title={t("keys.removeTitle", { name: signingKey.name })}
      consequences={[t("keys.removeConsequence")]}
      confirm={t("keys.remove")}
      danger
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate(signingKey.id, { onSuccess: onClose })}
    />
  );
}
