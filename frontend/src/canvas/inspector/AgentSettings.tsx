import { Anchor, SegmentedControl, Select } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { byCapability } from "@/graph/scope";
import { localText } from "@/i18n/localText";
import { useCapabilities, useCatalogue } from "@/stores/catalogue";
import { Frame } from "@/ui/form/Field";
import classes from "./Inspector.module.css";
import type { NodeForm } from "./useNode";
import { VersionField } from "./VersionField";

/** One agent and its version, or anybody who has a capability. */
export function AgentSettings({ form }: { form: NodeForm }) {
  const { t } = useTranslation("steps");
  const anybody = byCapability(form.fields);
  return (
    <>
      <SegmentedControl
        fullWidth
        aria-label={t("agent.who")}
        value={anybody ? "capability" : "name"}
        data={[
          { value: "name", label: t("agent.byName") },
          { value: "capability", label: t("agent.byCapability") },
        ]}
        onChange={(value) =>
          form.set(
            value === "capability"
              ? { agent: undefined, version: undefined, capability: "" }
              : { agent: "", capability: undefined },
          )
        }
      />
      {anybody ? <CapabilityField form={form} /> : <NamedAgent form={form} />}
    </>
  );
}

function CapabilityField({ form }: { form: NodeForm }) {
  const { t } = useTranslation("steps");
  const id = useId();
  const agents = useCatalogue((state) => state.agents);
  const known = useCapabilities();
  const capability = String(form.fields.capability ?? "");
  const problem = form.problems.get("/capability") ?? form.problems.get("/agent");
  const able = [...agents.values()].filter((agent) => agent.capabilities.includes(capability));
  return (
    <Frame
      id={id}
      label={t("agent.capability")}
      pointer="/capability"
      required
      description={
        capability
          ? t("agent.able", { count: able.length, names: able.map((agent) => agent.name).join(", ") })
          : t("agent.capabilityHint")
      }
      {...(problem && { problem })}
    >
      <Select
        id={id}
        data={[...new Set([...known, ...(capability ? [capability] : [])])]}
        value={capability || null}
        searchable
        allowDeselect={false}
        placeholder={t("agent.capabilityPlaceholder")}
        error={problem !== undefined}
        onChange={(value) => form.set({ capability: value ?? "" })}
      />
    </Frame>
  );
}

function NamedAgent({ form }: { form: NodeForm }) {
  const { t, i18n } = useTranslation("canvas");
  const agentId = useId();
  const agents = useCatalogue((state) => state.agents);
  const name = String(form.fields.agent ?? "");
  const agent = agents.get(name);
  const problem = form.problems.get("/agent");
  return (
    <>
      {agent && <p className={classes.about}>{localText(agent.description, i18n.language)}</p>}
      <div className={classes.two}>
        <Frame id={agentId} label={t("field.agent")} pointer="/agent" required {...(problem && { problem })}>
          <Select
            id={agentId}
            data={[...new Set([...agents.keys(), ...(name ? [name] : [])])].sort()}
            value={name || null}
            searchable
            allowDeselect={false}
            placeholder={t("field.agentPlaceholder")}
            error={problem !== undefined}
            onChange={(value) => form.set({ agent: value ?? "", version: undefined })}
          />
        </Frame>
        <VersionField form={form} agent={name} />
      </div>
      {agent && (
        <Anchor component={Link} to={`/agents/${encodeURIComponent(name)}`} target="_blank" size="xs">
          {t("field.agentPage")}
        </Anchor>
      )}
    </>
  );
}
