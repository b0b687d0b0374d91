import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId } from "react";
import { useTranslation } from "react-i18next";
import { useCatalogue } from "@/stores/catalogue";
import { Frame } from "@/ui/form/Field";
import { getAgent } from "@/wire/api";
import { keys } from "@/wire/queries";
import type { NodeForm } from "./useNode";

/** Which version of an agent is called; the newest unless it is fixed. */
export function VersionField({ form, agent: name }: { form: NodeForm; agent: string }) {
  const { t } = useTranslation("canvas");
  const id = useId();
  const latest = useCatalogue((state) => state.agents.get(name)?.latest?.version);
  const versions = useVersions(name);
  const chosen = String(form.fields.version ?? "");
  const problem = form.problems.get("/version");
  return (
    <Frame id={id} label={t("field.version")} pointer="/version" {...(problem && { problem })}>
      <Select
        id={id}
        data={[
          { value: "", label: latest ? t("field.newestIs", { version: latest }) : t("field.newest") },
          ...[...new Set([...versions, ...(chosen ? [chosen] : [])])],
        ]}
        value={chosen}
        allowDeselect={false}
        error={problem !== undefined}
        onChange={(value) => form.set({ version: value || undefined })}
      />
    </Frame>
  );
}

function useVersions(name: string): string[] {
  const addVersions = useCatalogue((state) => state.addVersions);
  const { data } = useQuery({
    queryKey: [...keys.agents, "one", name],
    queryFn: ({ signal }) => getAgent(name, signal),
    enabled: name !== "",
    retry: false,
    staleTime: 60_000,
  });
  useEffect(() => {
    if (data) addVersions(data);
  }, [data, addVersions]);
  return data?.versions.map((version) => version.version) ?? [];
}
