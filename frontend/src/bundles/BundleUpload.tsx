import { Button, FileButton, Progress } from "@mantine/core";
import { IconCircleCheck, IconCircleX, IconPackageImport } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type DragEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Bundle, type BundleCheck, checksOf, uploadBundle } from "@/wire/bundles";
import { useMayOperate } from "@/wire/mayOperate";
import { ApiProblem } from "@/wire/problem";
import classes from "./BundleUpload.module.css";
import { CheckList } from "./CheckList";

interface Sent {
  readonly id: number;
  readonly name: string;
  /** The share that is sent; 1: the server looks at it. */
  readonly share: number;
  readonly bundle?: Bundle;
  readonly known?: boolean;
  readonly problem?: string;
  readonly checks?: readonly BundleCheck[];
}

let count = 0;

/** Drop a zip: how far it is, then each check with what was found. */
export function BundleUpload() {
  const { t } = useTranslation("bundles");
  const client = useQueryClient();
  const { may, why } = useMayOperate("bundles.add_bundle");
  const [over, setOver] = useState(false);
  const [sent, setSent] = useState<readonly Sent[]>([]);
  const change = (id: number, what: Partial<Sent>) =>
    setSent((before) => before.map((one) => (one.id === id ? { ...one, ...what } : one)));
  const send = async (file: File) => {
    count += 1;
    const id = count;
    setSent((before) => [{ id, name: file.name, share: 0 }, ...before].slice(0, 10));
    try {
      const { bundle, known } = await uploadBundle(file, (share) => change(id, { share }));
      change(id, { share: 1, bundle, known, checks: bundle.checks });
    } catch (error) {
      const checks = error instanceof ApiProblem ? checksOf(error) : [];
      change(id, { share: 1, problem: error instanceof Error ? error.message : String(error), checks });
    }
    void client.invalidateQueries({ queryKey: ["bundles"] });
  };
  const take = (files: readonly File[]) => {
    if (may) for (const file of files) void send(file);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take([...event.dataTransfer.files]);
  };
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a place to drop files, with a button inside */}
      <div
        role="group"
        aria-label={t("upload.label")}
        className={classes.drop}
        data-over={over || undefined}
        data-off={!may || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(may);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <IconPackageImport size={26} stroke={1.5} aria-hidden />
        <div>
          <p>{t("upload.text")}</p>
          <p className={classes.hint}>{why || t("upload.hint")}</p>
        </div>
        <FileButton onChange={take} accept=".zip,application/zip" multiple disabled={!may}>
          {(props) => (
            <Button {...props} variant="default" disabled={!may}>
              {t("upload.choose")}
            </Button>
          )}
        </FileButton>
      </div>
      {sent.map((one) => (
        <Result key={one.id} sent={one} />
      ))}
    </>
  );
}

function Result({ sent: { name, share, bundle, known, problem, checks } }: { sent: Sent }) {
  const { t } = useTranslation("bundles");
  const over = bundle !== undefined || problem !== undefined;
  const Icon = problem ? IconCircleX : IconCircleCheck;
  return (
    <section className={classes.result} aria-label={name} data-refused={problem !== undefined || undefined}>
      <header>
        {over && <Icon size={18} color={`var(--ac-${problem ? "red" : "green"})`} aria-hidden />}
        <b className="ellipsis">{name}</b>
        {bundle && (
          <Link to={`/agents/bundles/${bundle.digest}`}>
            {bundle.agent}@{bundle.version}
          </Link>
        )}
      </header>
      {!over && (
        <>
          <Progress value={share * 100} animated={share >= 1} aria-label={t("upload.progress", { name })} />
          <p className={classes.hint}>{t(share < 1 ? "upload.sending" : "upload.checking")}</p>
        </>
      )}
      {problem && <p role="alert">{problem}</p>}
      {bundle && <p role="status">{known ? t("upload.known") : t(`upload.now.${bundle.status}`)}</p>}
      {checks && checks.length > 0 && <CheckList checks={checks} />}
    </section>
  );
}
