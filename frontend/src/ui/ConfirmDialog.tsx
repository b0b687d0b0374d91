import { Button, Group, Modal, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./ConfirmDialog.module.css";

interface Props {
  title: string;
  /** What will happen, one sentence each. */
  consequences?: readonly string[];
  /** What the button does, in its own words. */
  confirm: string;
  danger?: boolean;
  disabled?: boolean;
  busy: boolean;
  error: Error | null;
  onConfirm(): void;
  onClose(): void;
  children?: ReactNode;
}

/** Asks once more: what will happen, what is to be filled in, and a button that says what it does. */
export function ConfirmDialog(props: Props) {
  const {
    title,
    consequences = [],
    confirm,
    danger = false,
    disabled = false,
    busy,
    error,
    children,
  } = props;
  const { t } = useTranslation();
  return (
    <Modal
      opened
      closeButtonProps={{ "aria-label": t("action.close") }}
      onClose={props.onClose}
      title={title}
      classNames={{ title: classes.title ?? "" }}
    >
      {consequences.length > 0 && (
        <ul className={classes.consequences}>
          {consequences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
      {children}
      {error && (
        <Text role="alert" c="red" size="sm" mt="sm">
          {error.message}
        </Text>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={props.onClose}>
          {t("action.cancel")}
        </Button>
        <Button
          {...(danger && { color: "red" })}
          loading={busy}
          disabled={disabled}
          onClick={props.onConfirm}
          data-testid="confirm"
        >
          {confirm}
        </Button>
      </Group>
    </Modal>
  );
}
