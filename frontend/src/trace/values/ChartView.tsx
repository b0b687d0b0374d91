import { ActionIcon, Skeleton, Tooltip, useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { IconDownload, IconPhotoDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { ErrorState } from "@/ui/ErrorState";
import { runArtifactUrl } from "@/wire/api";
import { request } from "@/wire/client";
import classes from "./ChartView.module.css";
import { CONFIG, type Figure, loadPlotly, type PlotlyModule, themed } from "./plotly";
import { artifactOf, type ChartValue } from "./shapes";

type Props = { run: string; chart: ChartValue; height?: number };

/** A Plotly figure, inline or from its artifact, in the page's colours; it can be kept as a picture. */
export function ChartView({ run, chart, height = 360 }: Props) {
  const artifact = artifactOf(chart.figure);
  const plotly = useQuery({ queryKey: ["plotly"], queryFn: loadPlotly, staleTime: Number.POSITIVE_INFINITY });
  const figure = useQuery({
    queryKey: ["runs", "figure", run, artifact?.digest],
    queryFn: ({ signal }) => request<Figure>(runArtifactUrl(run, artifact?.digest ?? ""), { signal }),
    enabled: artifact !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const drawn = artifact ? figure.data : (chart.figure as Figure);
  const failed = plotly.error ?? figure.error;
  if (failed) {
    return <ErrorState error={failed} onRetry={() => void (plotly.error ? plotly : figure).refetch()} />;
  }
  if (!plotly.data || !drawn) return <Skeleton height={height} radius="md" />;
  return <Plot plotly={plotly.data} figure={drawn} run={run} png={chart.png} height={height} />;
}

interface PlotProps {
  plotly: PlotlyModule;
  figure: Figure;
  run: string;
  png: ChartValue["png"];
  height: number;
}

function Plot({ plotly, figure, run, png, height }: PlotProps) {
  const { t } = useTranslation("trace");
  const scheme = useComputedColorScheme("light");
  const plot = useRef<HTMLDivElement>(null);
  const { ref: frame, width } = useElementSize<HTMLDivElement>();
  useEffect(() => {
    const element = plot.current;
    if (!element || width === 0) return;
    // The theme's colours are on the page only after its attribute has changed.
    const frame = requestAnimationFrame(() => {
      const layout = { ...themed(figure.layout ?? {}, element), width, height, datarevision: scheme };
      void plotly.react(element, figure.data, layout, CONFIG);
    });
    return () => cancelAnimationFrame(frame);
  }, [plotly, figure, width, height, scheme]);
  useEffect(() => {
    const element = plot.current;
    return () => {
      if (element) plotly.purge(element);
    };
  }, [plotly]);
  const save = () => {
    if (plot.current) {
      void plotly.downloadImage(plot.current, { format: "png", width: 1280, height: 720, filename: "chart" });
    }
  };
  return (
    <div className={classes.frame}>
      <div ref={frame}>
        <div ref={plot} style={{ height }} role="img" aria-label={titleOf(figure) || t("chart.label")} />
      </div>
      <div className={classes.tools}>
        {png ? (
          <Tooltip label={t("chart.png")}>
            <ActionIcon
              component="a"
              href={runArtifactUrl(run, png.$artifact.digest)}
              download={png.$artifact.name || "chart.png"}
              aria-label={t("chart.png")}
            >
              <IconDownload size={16} />
            </ActionIcon>
          </Tooltip>
        ) : (
          <Tooltip label={t("chart.png")}>
            <ActionIcon onClick={save} aria-label={t("chart.png")}>
              <IconPhotoDown size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
    </div>
  );
}

function titleOf(figure: Figure): string {
  const title: unknown = figure.layout?.title;
  if (typeof title === "string") return title;
  return typeof title === "object" && title !== null && "text" in title ? String(title.text) : "";
}
