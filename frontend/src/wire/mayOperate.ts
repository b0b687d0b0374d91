import { useTranslation } from "react-i18next";
import { useMe } from "./queries";

/** What changes the cluster and is not every staff user's to do. */
export type Guarded = "bundles.add_signingkey" | "bundles.delete_signingkey";
/** What others than staff may be given the right to do. */
export type Granted =
  | "bundles.add_bundle"
  | "bundles.decide_bundle"
  | "contracts.bind_contract"
  | "placement.change_deployment"
  | "placement.operate_nodes";

export interface May {
  may: boolean;
  /** Why not; "" for who may, and while nobody knows yet. */
  why: string;
}

/** Whether the reader may change the cluster: staff may, and whoever holds the permission. */
export function useMayOperate(permission: Granted = "placement.operate_nodes"): May {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const may = (me?.is_staff || me?.permissions?.includes(permission)) ?? false;
  return { may, why: me && !may ? t("staffOnly") : "" };
}

/** Whether the reader may read what instances write: whoever may operate nodes or change deployments. */
export function useMayReadLogs(): boolean {
  const operates = useMayOperate().may;
  return useMayOperate("placement.change_deployment").may || operates;
}

/** The same for what staff need a permission for, too. */
export function useMayGuard(permission: Guarded): May {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const may = me?.permissions?.includes(permission) ?? false;
  return { may, why: me && !may ? t("permissionOnly") : "" };
}

/** Whether the reader may send tasks again: whoever may run workflows in some project. */
export function useMayRedrive(): May {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const may = (me?.is_staff || me?.projects.some(({ role }) => role !== "viewer")) ?? false;
  return { may, why: me && !may ? t("operatorsOnly") : "" };
}
