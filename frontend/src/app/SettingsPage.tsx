import { Badge, Button, SegmentedControl, Select, useMantineColorScheme } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { chooseLanguage, LANGUAGES, preferredLanguage } from "@/i18n/languages";
import { PageHeader } from "@/ui/PageHeader";
import { csrfHeader } from "@/wire/client";
import { useMe } from "@/wire/queries";
import classes from "./SettingsPage.module.css";
import { StorageFigures } from "./StorageFigures";

/** `/settings`: how the page looks, who one is, and the ways to the rest. */
export default function SettingsPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader crumbs={[{ label: t("settings.title") }]} />
      <div className={classes.page}>
        <Section title={t("settings.appearance")}>
          <ThemeRow />
          <Row label={t("settings.language")} hint={t("settings.languageHint")}>
            <Select
              aria-label={t("settings.language")}
              data={LANGUAGES.map(({ code, name }) => ({ value: code, label: name }))}
              value={preferredLanguage()}
              allowDeselect={false}
              onChange={(code) => code && chooseLanguage(code)}
            />
          </Row>
        </Section>
        <Account />
        <StorageFigures />
        <Section title={t("settings.administration")}>
          <Row label={t("settings.admin")} hint={t("settings.administrationHint")}>
            <Button component="a" href="/admin/" variant="default">
              {t("settings.openAdmin")}
            </Button>
          </Row>
          <Row label={t("settings.api")} hint={t("settings.apiHint")}>
            <Button component="a" href="/api/docs/" variant="default">
              {t("settings.openApi")}
            </Button>
          </Row>
        </Section>
      </div>
    </>
  );
}

function ThemeRow() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Row label={t("settings.theme")} hint={t("settings.themeHint")}>
      <SegmentedControl
        aria-label={t("settings.theme")}
        value={colorScheme}
        onChange={setColorScheme}
        data={(["light", "dark", "auto"] as const).map((value) => ({
          value,
          label: t(`settings.themes.${value}`),
        }))}
      />
    </Row>
  );
}

function Account() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  return (
    <Section title={t("settings.account")}>
      <Row
        label={me?.name || me?.username || "…"}
        hint={me ? t("settings.signedInAs", { name: me.username }) : ""}
      >
        <Button variant="default" onClick={() => void signOut()}>
          {t("settings.signOut")}
        </Button>
      </Row>
      {me && me.projects.length > 0 && (
        <div className={classes.row}>
          <div className={classes.words}>
            <div className={classes.label}>{t("settings.projects")}</div>
            <ul className={classes.projects}>
              {me.projects.map((project) => (
                <li key={project.id}>
                  <span className="ellipsis">{project.name}</span>
                  <Badge variant="light" color="gray" tt="none">
                    {t(`settings.roles.${project.role}`, { defaultValue: project.role })}
                  </Badge>
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
    </Section>
  );
}

async function signOut(): Promise<void> {
  await fetch("/logout/", { method: "POST", headers: csrfHeader(), credentials: "same-origin" });
  location.assign("/login/");
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.section}>
      <h2>{title}</h2>
      <div className={classes.rows}>{children}</div>
    </section>
  );
}

function Row({ label, hint, children }: { label: string; hint: string; children: ReactNode }) {
  return (
    <div className={classes.row}>
      <div className={classes.words}>
        <div className={classes.label}>{label}</div>
        <div className={classes.hint}>{hint}</div>
      </div>
      {children}
    </div>
  );
}
