import { Alert, Skeleton, UnstyledButton } from "@mantine/core";
import { IconFile, IconFileCode } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { formatBytes } from "@/ui/duration";
import { type BundleFile, useBundleFiles, useBundleText } from "@/wire/bundles";
import classes from "./BundleFiles.module.css";

interface Props {
  digest: string;
  /** Whether the zip is still there. */
  readable: boolean;
}

/** The files of a bundle, and the text of one of them. */
export function BundleFiles({ digest, readable }: Props) {
  const { t } = useTranslation("bundles");
  const files = useBundleFiles(digest);
  const [chosen, setChosen] = useState<string | null>(null);
  const list = files.data ?? [];
  return (
    <section>
      <h2 className={classes.heading}>{t("fileList", { count: list.length })}</h2>
      {files.isPending && <Skeleton height={90} />}
      {files.error && <Alert color="orange">{files.error.message}</Alert>}
      {list.length > 0 && (
        <div className={classes.browser}>
          <ul aria-label={t("fileList", { count: list.length })}>
            {list.map((file) => (
              <FileRow
                key={file.path}
                file={file}
                shown={file.path === chosen}
                onShow={() => setChosen(file.path)}
              />
            ))}
          </ul>
          {readable ? (
            <Preview digest={digest} path={chosen} />
          ) : (
            <p className={classes.choose}>{t("textsGone")}</p>
          )}
        </div>
      )}
    </section>
  );
}

function FileRow({ file, shown, onShow }: { file: BundleFile; shown: boolean; onShow(): void }) {
  const Icon = /\.(py|ya?ml|json|toml|txt|md|csv)$/.test(file.path) ? IconFileCode : IconFile;
  return (
    <li>
      <UnstyledButton
        onClick={onShow}
        aria-current={shown || undefined}
        title={`${file.path}\n${file.sha256}`}
      >
        <Icon size={15} aria-hidden />
        <span className="ellipsis">{file.path}</span>
        <span className={classes.quiet}>{formatBytes(file.size)}</span>
      </UnstyledButton>
    </li>
  );
}

function Preview({ digest, path }: { digest: string; path: string | null }) {
  const { t } = useTranslation("bundles");
  const text = useBundleText(digest, path);
  if (path === null) return <p className={classes.choose}>{t("chooseFile")}</p>;
  if (text.isPending) return <Skeleton height={200} m="sm" />;
  if (text.error) return <p className={classes.choose}>{text.error.message}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls with the keys
    <section className={classes.preview} tabIndex={0} aria-label={path}>
      <pre className={classes.text}>{text.data}</pre>
    </section>
  );
}
