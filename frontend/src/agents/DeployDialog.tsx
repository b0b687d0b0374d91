import { MultiSelect, NumberInput, Select, Slider, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { choicesOf } from "@/nodes/grouping";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { useDeploy, type Where } from "@/wire/cluster";
import { ApiProblem } from "@/wire/problem";
import { useNodes } from "@/wire/queries";
import type { AgentDetail, AgentVersion, ClusterNode } from "@/wire/types";
import { deployEffects, fitting } from "./deployEffects";

const MOST = 256;

interface Props {
  agent: AgentDetail;
  version: AgentVersion;
  onClose(): void;
}

/** How many instances, where, and which share of the calls; and what comes of it. */
export function DeployDialog({ agent, version, onClose }: Props) {
  const { t } = useTranslation("registry");
  const before = version.deployment ?? null;
  const [replicas, setReplicas] = useState<number | string>(before?.replicas ?? 1);
  const [weight, setWeight] = useState(before?.weight ?? 100);
  const [where, setWhere] = useState<Where>(before?.where ?? {});
  const nodes = useNodes().data?.nodes ?? [];
  const deploy = useDeploy();
  const wanted = Number(replicas);
  const sound = replicas !== "" && Number.isInteger(wanted) && wanted >= 0 && wanted <= MOST;
  const name = `${agent.name}@${version.version}`;
  const effects = deployEffects({ agent, version, replicas: wanted, weight, where, nodes });
  const field = (pointer: string) =>
    deploy.error instanceof ApiProblem ? deploy.error.byField.get(pointer) : undefined;
  return (
    <ConfirmDialog
      title={t(before ? "version.question.scale" : "version.question.deploy", { name })}
      confirm={t(before ? "version.action.scale" : "version.action.deploy")}
      busy={deploy.isPending}
      disabled={!sound}
      error={deploy.error}
      onClose={onClose}
      onConfirm={() =>
        deploy.mutate(
          { agent: agent.name, version: version.version, replicas: wanted, weight, where },
          {
            onSuccess: () => {
              notifications.show({ message: t("version.done.deploy", { name }) });
              onClose();
            },
          },
        )
      }
    >
      <NumberInput
        label={t("deploy.replicas")}
        value={replicas}
        onChange={setReplicas}
        min={0}
        max={MOST}
        allowDecimal={false}
        error={field("/replicas")}
        data-autofocus
      />
      <Text size="sm" fw={500} mt="md" id="deploy-weight">
        {t("deploy.weight", { weight })}
      </Text>
      <Slider
        value={weight}
        onChange={setWeight}
        min={0}
        max={100}
        label={null}
        thumbLabel={t("deploy.weightLabel")}
        mt={4}
      />
      <WhereFields where={where} onChange={setWhere} nodes={nodes} runtime={version.runtime} />
      <ul style={{ margin: "16px 0 0", paddingLeft: 18, lineHeight: 1.55 }} aria-label={t("deploy.effects")}>
        {sound && effects.map(({ key, ...values }) => <li key={key}>{t(`deploy.effect.${key}`, values)}</li>)}
      </ul>
    </ConfirmDialog>
  );
}

function WhereFields({
  where,
  onChange,
  nodes,
  runtime,
}: {
  where: Where;
  onChange(where: Where): void;
  nodes: readonly ClusterNode[];
  runtime: AgentVersion["runtime"];
}) {
  const { t } = useTranslation("registry");
  const { regions, roles } = choicesOf(nodes);
  const count = fitting(nodes, where, runtime).length;
  return (
    <>
      <div style={{ display: "grid", gridTemplateColumns: "1fr 1fr", gap: 12, marginTop: 16 }}>
        <Select
          label={t("nodes.region")}
          placeholder={t("nodes.any.region")}
          data={regions}
          value={where.region || null}
          onChange={(region) => onChange({ ...where, region: region ?? "" })}
          clearable
        />
        <Select
          label={t("nodes.role")}
          placeholder={t("nodes.any.role")}
          data={roles}
          value={where.role || null}
          onChange={(role) => onChange({ ...where, role: role ?? "" })}
          clearable
        />
      </div>
      <MultiSelect
        label={t("deploy.only")}
        placeholder={where.nodes?.length ? undefined : t("deploy.anyNode")}
        description={t("deploy.fitting", { count })}
        data={[...new Set(nodes.map(({ name }) => name))].sort()}
        value={where.nodes ?? []}
        onChange={(chosen) => onChange({ ...where, nodes: chosen })}
        searchable
        clearable
        mt="sm"
      />
    </>
  );
}
