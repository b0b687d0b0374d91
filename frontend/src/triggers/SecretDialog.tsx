import { Button, CopyButton, Group, Modal, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** A webhook's secret, the one time it is told. */
export function SecretDialog({ secret, onClose }: { secret: string; onClose(): void }) {
  const { t } = useTranslation(["triggers", "app"]);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("secret.title")}
      closeOnClickOutside={false}
      withCloseButton={false}
    >
      <Text size="sm" mb="md">
        {t("secret.text")}
      </Text>
      <TextInput
        label={t("secret.label")}
        value={secret}
        readOnly
        onFocus={(event) => event.currentTarget.select()}
        styles={{ input: { fontFamily: "var(--ac-mono)" } }}
      />
      <Group justify="flex-end" mt="lg">
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? t("app:copied") : t("secret.copy")}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onClose}>{t("secret.done")}</Button>
      </Group>
    </Modal>
  );
}
