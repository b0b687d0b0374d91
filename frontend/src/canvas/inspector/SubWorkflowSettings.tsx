import { Anchor, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useSaving } from "@/stores/saving";
import { Frame } from "@/ui/form/Field";
import { listVersions, listWorkflows } from "@/wire/api";
import { keys } from "@/wire/queries";
import type { Workflow } from "@/wire/types";
import { useSubWorkflow } from "../useSubWorkflow";
import classes from "./Inspector.module.css";
import type { NodeForm } from "./useNode";

const SEARCH_MS = 200;
const MOST = 50;

/** Which workflow of the project runs here, and which version of it. */
export function SubWorkflowSettings({ form }: { form: NodeForm }) {
  const { t } = useTranslation(["steps", "canvas"]);
  const name = String(form.fields.workflow ?? "");
  const chosen = useSubWorkflow(name).data;
  return (
    <>
      <p className={classes.about}>{t("canvas:kind.workflow.about")}</p>
      <WorkflowSelect form={form} name={name} chosen={chosen ?? undefined} />
      <VersionSelect form={form} chosen={chosen ?? undefined} />
      {chosen && (
        <Anchor component={Link} to={`/workflows/${chosen.id}`} target="_blank" size="xs">
          {t("workflow.open", { title: chosen.title })}
        </Anchor>
      )}
    </>
  );
}

interface Props {
  form: NodeForm;
  chosen: Workflow | undefined;
}

function WorkflowSelect({ form, name, chosen }: Props & { name: string }) {
  const { t } = useTranslation("steps");
  const id = useId();
  const self = useSaving((state) => state.workflow);
  const [search, setSearch] = useState("");
  const [asked] = useDebouncedValue(search, SEARCH_MS);
  const found = useFound(asked === chosen?.title ? "" : asked);
  const problem = form.problems.get("/workflow");
  const options = found.filter((item) => item.id !== self && item.name !== name);
  const shown = [...(name ? [{ name, title: chosen?.title ?? name }] : []), ...options];
  return (
    <Frame id={id} label={t("workflow.which")} pointer="/workflow" required {...(problem && { problem })}>
      <Select
        id={id}
        data={shown.map((item) => ({ value: item.name, label: item.title }))}
        value={name || null}
        searchable
        allowDeselect={false}
        placeholder={t("workflow.placeholder")}
        nothingFoundMessage={t("workflow.none")}
        error={problem !== undefined}
        filter={({ options: all }) => all}
        searchValue={search}
        onSearchChange={setSearch}
        renderOption={({ option }) => (
          <span className={classes.option}>
            <span className="ellipsis">{option.label}</span>
            <span className={`${classes.optionQuiet} mono ellipsis`}>{option.value}</span>
          </span>
        )}
        onChange={(value) =>
          value && form.set({ workflow: value, version: undefined, version_id: undefined })
        }
      />
    </Frame>
  );
}

function useFound(search: string): Workflow[] {
  const project = useSaving((state) => state.project);
  const { data } = useQuery({
    queryKey: [...keys.workflows, "search", project, search],
    queryFn: async ({ signal }) =>
      (await listWorkflows({ project, limit: MOST, ...(search && { search }) }, signal)).results,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
  return data ?? [];
}

function VersionSelect({ form, chosen }: Props) {
  const { t } = useTranslation("steps");
  const id = useId();
  const problem = form.problems.get("/version");
  const { data } = useQuery({
    queryKey: [...keys.workflow(chosen?.id ?? ""), "versions"],
    queryFn: async ({ signal }) => (await listVersions(chosen?.id ?? "", signal)).results,
    enabled: chosen !== undefined,
    staleTime: 10_000,
  });
  const newest = chosen?.published_version;
  const value = Number(form.fields.version ?? 0);
  const numbers = [...new Set([...(data ?? []).map((item) => item.number), ...(value ? [value] : [])])];
  const unpublished = chosen !== undefined && !newest;
  return (
    <Frame
      id={id}
      label={t("workflow.version")}
      pointer="/version"
      description={unpublished ? t("workflow.unpublished") : t("workflow.versionHint")}
      {...(problem && { problem })}
    >
      <Select
        id={id}
        data={[
          { value: "0", label: newest ? t("workflow.newestIs", { number: newest }) : t("workflow.newest") },
          ...numbers.map((number) => ({ value: String(number), label: t("workflow.number", { number }) })),
        ]}
        value={String(value)}
        allowDeselect={false}
        error={problem !== undefined}
        onChange={(next) => form.set({ version: Number(next) || undefined, version_id: undefined })}
      />
    </Frame>
  );
}
