import { Button, Select } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { OperatorButton } from "@/ui/OperatorButton";
import { SearchField } from "@/ui/SearchField";
import type { DeadLetter } from "@/wire/deadLetters";
import { useMayRedrive } from "@/wire/mayOperate";
import classes from "./DeadLetters.module.css";
import { codesOf, type LetterFilters } from "./filters";

interface Props {
  filters: LetterFilters;
  set(changed: Partial<Record<keyof LetterFilters, string | null>>): void;
  filtering: boolean;
  clear(): void;
  letters: readonly DeadLetter[];
  agents: readonly string[];
  chosen: number;
  canRedrive: boolean;
  onRedrive(): void;
}

/** Agent, error code and text; at the right, sending the chosen ones or all that match again. */
export function LetterFilterBar({ filters, set, filtering, clear, letters, agents, chosen, ...rest }: Props) {
  const { t } = useTranslation("deadLetters");
  const may = useMayRedrive();
  const choices = [...new Set([...agents, filters.agent])].filter(Boolean).sort();
  return (
    <div className={classes.filters}>
      <SearchField
        width={280}
        label={t("search")}
        value={filters.search}
        onChange={(search) => set({ search })}
      />
      <Select
        aria-label={t("column.agent")}
        placeholder={t("anyAgent")}
        data={choices}
        value={filters.agent || null}
        onChange={(agent) => set({ agent })}
        searchable
        clearable
      />
      <Select
        aria-label={t("column.error")}
        placeholder={t("anyCode")}
        data={codesOf(letters, filters.code)}
        value={filters.code || null}
        onChange={(code) => set({ code })}
        searchable
        clearable
      />
      {filtering && (
        <Button variant="subtle" onClick={clear}>
          {t("clear")}
        </Button>
      )}
      <div className={classes.right}>
        <OperatorButton
          may={may}
          leftSection={<IconSend size={15} />}
          variant={chosen > 0 ? "filled" : "default"}
          blocked={rest.canRedrive ? "" : t("bulk.chooseFirst")}
          onClick={rest.onRedrive}
        >
          {chosen > 0 ? t("bulk.chosen", { count: chosen }) : t("bulk.all")}
        </OperatorButton>
      </div>
    </div>
  );
}
