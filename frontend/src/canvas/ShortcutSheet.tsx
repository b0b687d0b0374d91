import { Kbd, Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { COMMANDS } from "./commands";
import { shownKeys } from "./commands/keyboard";
import classes from "./Designer.module.css";

const GROUPS = ["edit", "arrange", "view", "workflow"] as const;

/** Every key of the designer on one sheet. */
export default function ShortcutSheet({ onClose }: { onClose(): void }) {
  const { t } = useTranslation(["canvas", "app"]);
  return (
    <Modal
      opened
      closeButtonProps={{ "aria-label": t("app:action.close") }}
      onClose={onClose}
      title={t("shortcuts")}
      size={720}
    >
      <div className={classes.sheet}>
        {GROUPS.map((group) => (
          <section key={group} style={{ marginBottom: 14 }}>
            <h3>{t(`commandGroup.${group}`)}</h3>
            {COMMANDS.filter((command) => command.group === group && command.shortcuts?.length).map(
              (command) => (
                <div key={command.id} className={classes.sheetRow}>
                  <span className={classes.grow}>{t(`command.${command.label}`)}</span>
                  <span className={classes.keys}>
                    {shownKeys(command.shortcuts?.[0] ?? "").map((key) => (
                      <Kbd key={key} size="xs">
                        {key}
                      </Kbd>
                    ))}
                  </span>
                </div>
              ),
            )}
          </section>
        ))}
      </div>
    </Modal>
  );
}
