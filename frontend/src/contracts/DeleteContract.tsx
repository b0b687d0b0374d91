import { notifications } from "@mantine/notifications";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { OperatorButton } from "@/ui/OperatorButton";
import { useMayChange } from "./may";
import { type ContractDetail, useDeleteContract } from "./wire";

/** Deletes all versions of a contract, having said what that means. */
export function DeleteContract({ contract }: { contract: ContractDetail }) {
  const { t } = useTranslation("contracts");
  const navigate = useNavigate();
  const [asked, setAsked] = useState(false);
  const remove = useDeleteContract();
  const may = useMayChange(contract);
  const { name, pattern, versions, used_by, mode } = contract;
  const close = () => {
    setAsked(false);
    remove.reset();
  };
  return (
    <>
      <OperatorButton
        mt="md"
        size="xs"
        variant="default"
        leftSection={<IconTrash size={14} />}
        may={may}
        blocked={mode === "READONLY" ? t("trial.readOnly") : ""}
        onClick={() => setAsked(true)}
      >
        {t("delete.action")}
      </OperatorButton>
      {asked && (
        <ConfirmDialog
          title={t("delete.title", { name })}
          consequences={[
            t("delete.versions", { count: versions }),
            ...(pattern ? [t("delete.applies", { place: pattern })] : []),
            ...(used_by.length > 0 ? [t("delete.used", { count: used_by.length })] : []),
            t("delete.name"),
          ]}
          confirm={t("delete.action")}
          danger
          busy={remove.isPending}
          error={remove.error}
          onClose={close}
          onConfirm={() =>
            remove.mutate(name, {
              onSuccess: () => {
                notifications.show({ message: t("delete.done", { name }) });
                void navigate("/contracts");
              },
            })
          }
        />
      )}
    </>
  );
}
