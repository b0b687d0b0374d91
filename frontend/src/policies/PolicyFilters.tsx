import { Button, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { SearchField } from "@/ui/SearchField";
import { askedKind, type Filters, filtersAny, STATES } from "./filters";
import { KINDS } from "./kinds";
import classes from "./PoliciesPage.module.css";

interface Props {
  filters: Filters;
  onChange(changed: Partial<Record<keyof Filters, string | null>>): void;
  onClear(): void;
}

/** Which policies are shown; it stands in the address. */
export function PolicyFilters({ filters, onChange, onClear }: Props) {
  const { t } = useTranslation("policies");
  return (
    <div className={classes.filters}>
      <SearchField
        label={t("filter.search")}
        value={filters.search}
        onChange={(search) => onChange({ search: search.trim() })}
        width={260}
      />
      <Select
        aria-label={t("form.kind")}
        placeholder={t("filter.anyKind")}
        data={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
        value={askedKind(filters) ?? null}
        onChange={(kind) => onChange({ kind })}
        clearable
      />
      <Select
        aria-label={t("filter.state")}
        placeholder={t("filter.anyState")}
        data={STATES.map((value) => ({ value, label: t(`filter.${value}`) }))}
        value={STATES.find((one) => one === filters.state) ?? null}
        onChange={(state) => onChange({ state })}
        clearable
      />
      {filtersAny(filters) && (
        <Button variant="subtle" onClick={onClear}>
          {t("filter.clear")}
        </Button>
      )}
    </div>
  );
}
