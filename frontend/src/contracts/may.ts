import { useTranslation } from "react-i18next";
import { type May, useMayOperate } from "@/wire/mayOperate";
import { useMe } from "@/wire/queries";
import type { Contract } from "./wire";

const EDITING: readonly string[] = ["owner", "editor"];

/** The reader's projects in which contracts may be registered. */
export const useEdited = () => useMe().data?.projects.filter(({ role }) => EDITING.includes(role)) ?? [];

/** Whether the reader may register a contract at all, and why not. */
export function useMayRegister(): May {
  const { t } = useTranslation("contracts");
  const { data: me } = useMe();
  const operator = useMayOperate("contracts.bind_contract").may;
  const may = useEdited().length > 0 || operator;
  return { may, why: me && !may ? t("mayNot.register") : "" };
}

/** Whether the reader may change the contract, and why not. */
export function useMayChange({ may, system }: Contract): May {
  const { t } = useTranslation("contracts");
  return { may: may.change, why: may.change ? "" : t(system ? "systemHint" : "mayNot.change") };
}

/** Whether the reader may say what the contract applies to, and why not. */
export function useMayBind({ may, system }: Contract): May {
  const { t } = useTranslation("contracts");
  return { may: may.bind, why: may.bind ? "" : t(system ? "systemHint" : "mayNot.bind") };
}

/** Whether the reader may forget what was rejected, and why not: of the system's own messages operators may. */
export function useMayClear(contract: Contract): May {
  const change = useMayChange(contract);
  const operate = useMayOperate("contracts.bind_contract");
  return contract.system ? operate : change;
}
