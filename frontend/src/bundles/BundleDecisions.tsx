import { NumberInput, Switch, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCheck, IconLock, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { OperatorButton } from "@/ui/OperatorButton";
import { type Bundle, type BundleStatus, useDecideBundle } from "@/wire/bundles";
import { useMayOperate } from "@/wire/mayOperate";

type How = "approve" | "reject" | "quarantine";

const OFFERED: Readonly<Record<BundleStatus, readonly How[]>> = {
  quarantined: ["approve", "reject"],
  approved: ["quarantine"],
  rejected: ["approve"],
};
const ICONS = { approve: IconCheck, reject: IconX, quarantine: IconLock } as const;

/** What can be decided now. */
export function BundleDecisions({ bundle }: { bundle: Bundle }) {
  const { t } = useTranslation("bundles");
  const may = useMayOperate("bundles.decide_bundle");
  const [asked, setAsked] = useState<How | null>(null);
  return (
    <>
      {OFFERED[bundle.status].map((how) => {
        const Icon = ICONS[how];
        return (
          <OperatorButton
            key={how}
            may={may}
            blocked={how === "approve" && bundle.zip_removed_at ? t("uploadAgain") : ""}
            {...(how !== "approve" && { variant: "default" })}
            leftSection={<Icon size={15} />}
            onClick={() => setAsked(how)}
          >
            {t(`decide.${how}.action`)}
          </OperatorButton>
        );
      })}
      {asked && <DecisionDialog bundle={bundle} how={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

/** Says what will happen, asks for a note, and for an approval whether the bundle may use the network. */
export function DecisionDialog({ bundle, how, onClose }: { bundle: Bundle; how: How; onClose(): void }) {
  const { t } = useTranslation("bundles");
  const [note, setNote] = useState("");
  const [network, setNetwork] = useState(false);
  const [replicas, setReplicas] = useState<number | string>(1);
  const decide = useDecideBundle();
  const name = `${bundle.agent}@${bundle.version}`;
  const { digest, network_asked } = bundle;
  const unsigned = how === "approve" && bundle.signature.state !== "trusted";
  return (
    <ConfirmDialog
      title={t(`decide.${how}.title`, { name })}
      consequences={[
        t(`decide.${how}.consequence`),
        ...(unsigned ? [t("decide.approve.unsigned")] : []),
        ...(how === "approve" && !network_asked ? [t("decide.approve.noNetwork")] : []),
      ]}
      confirm={t(`decide.${how}.action`)}
      danger={how !== "approve"}
      busy={decide.isPending}
      error={decide.error}
      onClose={onClose}
      onConfirm={() =>
        decide.mutate(
          how === "approve"
            ? { digest, how, network, note, replicas: replicas === "" ? null : Number(replicas) }
            : { digest, how, note },
          {
            onSuccess: () => {
              notifications.show({ message: t(`decide.${how}.done`, { name }) });
              onClose();
            },
          },
        )
      }
    >
      {how === "approve" && network_asked && (
        <Switch
          label={t("decide.network")}
          description={t("decide.networkHint")}
          checked={network}
          onChange={(event) => setNetwork(event.currentTarget.checked)}
          mb="md"
        />
      )}
      {how === "approve" && (
        <NumberInput
          label={t("decide.replicas")}
          description={t("decide.replicasHint")}
          value={replicas}
          onChange={setReplicas}
          min={0}
          max={256}
          allowDecimal={false}
          mb="md"
        />
      )}
      <Textarea
        label={t("note")}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={500}
        data-autofocus
      />
    </ConfirmDialog>
  );
}
