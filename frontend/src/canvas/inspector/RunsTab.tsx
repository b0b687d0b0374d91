import { Anchor, Skeleton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useSaving } from "@/stores/saving";
import { useView } from "@/stores/view";
import { ErrorState } from "@/ui/ErrorState";
import { RelativeTime } from "@/ui/RelativeTime";
import { StatusMark } from "@/ui/StatusMark";
import { useRuns } from "@/wire/queries";
import classes from "./Inspector.module.css";

const MOST = 10;

/** The workflow's last runs; choosing one shows it on the canvas, and with it how this step went. */
export function RunsTab({ node }: { node: string }) {
  const { t } = useTranslation("canvas");
  const workflow = useSaving((state) => state.workflow) ?? "";
  const shown = useView((state) => state.run);
  const show = useView((state) => state.show);
  const runs = useRuns({ workflow, limit: MOST });
  if (runs.isPending) return <Skeleton height={34} />;
  if (runs.isError) return <ErrorState error={runs.error} onRetry={() => void runs.refetch()} />;
  const list = runs.data.pages.flatMap((page) => page.results).slice(0, MOST);
  if (list.length === 0) return <p className={classes.hint}>{t("runs.none")}</p>;
  return (
    <>
      <p className={classes.about}>{t("runs.about", { node })}</p>
      <ul className={classes.tree}>
        {list.map((run) => (
          <li key={run.id}>
            <button
              type="button"
              className={classes.run}
              data-shown={run.id === shown || undefined}
              onClick={() => show({ run: run.id })}
            >
              <span className={classes.grow}>
                <StatusMark status={run.status} />
              </span>
              <span className={classes.leafType}>
                <RelativeTime at={run.created_at} />
              </span>
            </button>
          </li>
        ))}
      </ul>
      <Anchor component={Link} to={`/runs?workflow=${encodeURIComponent(workflow)}`} size="xs">
        {t("runs.all")}
      </Anchor>
    </>
  );
}
