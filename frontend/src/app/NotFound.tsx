import { Button } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { EmptyState } from "@/ui/EmptyState";
import { PageHeader } from "@/ui/PageHeader";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader crumbs={[{ label: t("notFound.title") }]} />
      <EmptyState
        icon={<IconMapOff size={24} stroke={1.6} />}
        title={t("notFound.title")}
        text={t("notFound.text")}
        action={
          <Button component={Link} to="/">
            {t("notFound.home")}
          </Button>
        }
      />
    </>
  );
}
