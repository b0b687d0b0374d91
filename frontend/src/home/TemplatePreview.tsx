import { useTranslation } from "react-i18next";
import { lookOf } from "@/canvas/kinds";
import type { Agent, Template } from "@/wire/types";
import { BOX, previewOf } from "./preview";
import classes from "./TemplatePreview.module.css";

const HEIGHT = 150;
const WIDTH = 460;

/** A template's steps, drawn small. */
export function TemplatePreview({
  template,
  agents,
}: {
  template: Template;
  agents: ReadonlyMap<string, Agent>;
}) {
  const { t } = useTranslation("home");
  const { boxes, lines } = previewOf(template.graph, WIDTH, HEIGHT);
  return (
    <svg
      className={classes.preview}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={t("preview", { title: template.title })}
    >
      {lines.map(({ id, path }) => (
        <path key={id} d={path} className={classes.line} />
      ))}
      {boxes.map(({ id, kind, agent, label, x, y }) => {
        const { icon: Icon, tint } = lookOf(kind as Parameters<typeof lookOf>[0], agents.get(agent));
        return (
          <g key={id} transform={`translate(${x - BOX.width / 2} ${y - BOX.height / 2})`} data-tint={tint}>
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
          </g>
        );
      })}
    </svg>
  );
}
