import { UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "@/ui/CopyButton";
import classes from "./TextView.module.css";

const FOLD_AT = 4_000;

/** Text as it is, lines and all; the end of a very long one on request. */
export function TextView({ text }: { text: string }) {
  const { t } = useTranslation("trace");
  const [open, setOpen] = useState(false);
  const folded = !open && text.length > FOLD_AT;
  return (
    <div className={classes.frame}>
      <div className={classes.copy}>
        <CopyButton value={text} label={t("json.copyValue")} />
      </div>
      <pre className={classes.text}>{folded ? `${text.slice(0, FOLD_AT)}…` : text}</pre>
      {folded && (
        <UnstyledButton className={classes.more} onClick={() => setOpen(true)}>
          {t("text.showAll", { count: text.length })}
        </UnstyledButton>
      )}
    </div>
  );
}
