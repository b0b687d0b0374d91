import { useTranslation } from "react-i18next";
import classes from "./Contracts.module.css";
import type { SchemaType } from "./wire";

/** Avro, Protobuf or JSON Schema, in a colour of its own. */
export function TypeTag({ type }: { type: SchemaType }) {
  const { t } = useTranslation("contracts");
  return (
    <span className={classes.tag} data-type={type}>
      {t(`types.${type}`)}
    </span>
  );
}
