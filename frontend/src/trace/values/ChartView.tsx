import { ActionIcon, Skeleton, Tooltip, useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { IconDownload, IconPhotoDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorState } from "@/ui/ErrorState";
import { runArtifactUrl } from "@/wire/api";
import { request } from "@/wire/client";
import { ChartLegend } from "./ChartLegend";
import classes from "./ChartView.module.css";
import { figureTitle, type LegendEntry, legendOf, namesItsParts, without } from "./figure";
import { CONFIG, colourway, type Figure, forPicture, loadPlotly, type PlotlyModule, themed } from "./plotly";
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

const NARROW = 420;
const PICTURE = { format: "png", width: 1280, height: 720 } as const;

function Plot({ plotly, figure, run, png, height }: PlotProps) {
  const { t } = useTranslation("trace");
  const scheme = useComputedColorScheme("light");
  const plot = useRef<HTMLDivElement>(null);
  const { ref: frame, width } = useElementSize<HTMLDivElement>();
  const [legend, setLegend] = useState<LegendEntry[]>([]);
  const [off, setOff] = useState<ReadonlySet<number>>(new Set());
  const tall = width < NARROW ? Math.min(height, 280) : height;
  const title = figureTitle(figure);
  useEffect(() => {
    const element = plot.current;
    if (!element || width === 0) return;
    // The theme's colours are on the page only after its attribute has changed.
    const frame = requestAnimationFrame(() => {
      const own = figure.layout ?? {};
      setLegend(legendOf(figure, colourway(own, element)));
      const layout = {
        ...themed(own, element),
        showlegend: namesItsParts(figure),
        width,
        height: tall,
        datarevision: scheme,
      };
      void plotly.react(element, without(figure.data, off), layout, CONFIG);
    });
    return () => cancelAnimationFrame(frame);
  }, [plotly, figure, width, tall, scheme, off]);
  useEffect(() => {
    const element = plot.current;
    return () => {
      if (element) plotly.purge(element);
    };
  }, [plotly]);
  const save = () => {
    if (!plot.current) return;
    const filename = title.replaceAll(/[\\/:*?"<>|]+/g, "-") || "chart";
    void plotly.downloadImage(forPicture(figure, plot.current), { ...PICTURE, filename });
  };
  const toggle = (index: number) =>
    setOff((before) => {
      const next = new Set(before);
      if (!next.delete(index)) next.add(index);
      return next;
    });
  return (
    <figure className={classes.frame}>
      <div className={classes.head}>
        <figcaption className={classes.title}>{title}</figcaption>
        <Keep run={run} png={png} onSave={save} />
      </div>
      <div ref={frame}>
        <div ref={plot} style={{ height: tall }} role="img" aria-label={title || t("chart.label")} />
      </div>
      <ChartLegend entries={legend} off={off} onToggle={toggle} />
    </figure>
  );
}

/** The agent's own picture where it made one, else one drawn here. */
function Keep({ run, png, onSave }: { run: string; png: ChartValue["png"]; onSave(): void }) {
  const { t } = useTranslation("trace");
  const label = t("chart.png");
  if (!png) {
    return (
      <Tooltip label={label}>
        <ActionIcon onClick={onSave} aria-label={label}>
          <IconPhotoDown size={16} />
        </ActionIcon>
      </Tooltip>
    );
  }
  return (
    <Tooltip label={label}>
      <ActionIcon
        component="a"
        href={runArtifactUrl(run, png.$artifact.digest)}
        download={png.$artifact.name || "chart.png"}
        aria-label={label}
      >
        <IconDownload size={16} />
      </ActionIcon>
    </Tooltip>
  );
}
