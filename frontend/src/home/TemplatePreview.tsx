import { useTranslation } from "react-i18next";
import { lookOf } from "@/canvas/kinds";
import type { NodeKind } from "@/graph/model";
import { serverWords } from "@/i18n/serverWords";
import { inOwnWords } from "@/i18n/templateWords";
import type { Agent, Template } from "@/wire/types";
import { BOX, type PreviewBox, previewOf } from "./preview";
import classes from "./TemplatePreview.module.css";
import { TrendSketch } from "./TrendSketch";

const WIDTH = 460;
const FLOW = { height: 96, alone: 150 };
/** Below a box: its label. */
const LABEL_ROW = 18;
const SKETCH = { width: 170, height: 72 };

/** A template's steps, drawn small, and what comes out where it draws a chart. */
export function TemplatePreview({
  template,
  agents,
}: {
  template: Template;
  agents: ReadonlyMap<string, Agent>;
}) {
  const { t } = useTranslation("home");
  const draws = (template.graph.nodes ?? []).find(
    (node) => node.kind === "agent" && !node.parent && agents.get(node.agent ?? "")?.category === "charts",
  );
  const flow = draws ? FLOW.height : FLOW.alone;
  const { boxes, lines } = previewOf(inOwnWords(template.graph), WIDTH, flow);
  const source = boxes.find(({ id }) => id === draws?.id);
  const height = source ? flow + LABEL_ROW + SKETCH.height + 4 : flow;
  return (
    <svg
      className={classes.preview}
      viewBox={`0 0 ${WIDTH} ${height}`}
      role="img"
      aria-label={t("preview", { title: serverWords("template", template.title) })}
    >
      {lines.map(({ id, path, undo }) => (
        <path key={id} d={path} className={classes.line} data-undo={undo || undefined} />
      ))}
      {boxes.map((box) => (
        <Box key={box.id} box={box} agent={agents.get(box.agent)} />
      ))}
      {source && <Outcome source={source} top={flow + LABEL_ROW} />}
    </svg>
  );
}

function Outcome({ source, top }: { source: PreviewBox; top: number }) {
  const x = Math.max(2, Math.min(WIDTH - SKETCH.width - 2, source.x - SKETCH.width / 2));
  return (
    <>
      <path d={`M${source.x},${source.y + BOX.height / 2 + LABEL_ROW} V${top}`} className={classes.drop} />
      <TrendSketch x={x} y={top} {...SKETCH} />
    </>
  );
}

function Box({ box: { kind, label, words, x, y }, agent }: { box: PreviewBox; agent: Agent | undefined }) {
  const { icon: Icon, tint } = lookOf(kind as NodeKind, agent);
  return (
    <g transform={`translate(${x - BOX.width / 2} ${y - BOX.height / 2})`} data-tint={tint}>
      <title>{label}</title>
      <rect width={BOX.width} height={BOX.height} rx={8} className={classes.box} />
      <Icon
        x={BOX.width / 2 - 9}
        y={BOX.height / 2 - 9}
        width={18}
        height={18}
        className={classes.icon}
        stroke={1.6}
      />
      <text x={words.x - x + BOX.width / 2} y={BOX.height + 13} className={classes.label}>
        {words.text}
      </text>
    </g>
  );
}
