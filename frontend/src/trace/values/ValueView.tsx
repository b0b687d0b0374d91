import { memo, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { JsonTree } from "@/ui/JsonTree";
import { ChartView } from "./ChartView";
import { FileView, ImageView } from "./FileView";
import { type Shape, sectionsOf } from "./shapes";
import { TableView } from "./TableView";
import { TextView } from "./TextView";
import classes from "./ValueView.module.css";

interface Props {
  run: string;
  value: unknown;
  /** What to say when there is nothing to show. */
  none: string;
}

/** Any input or output: each part in the viewer that suits it. */
export const ValueView = memo(function ValueView({ run, value, none }: Props) {
  const { t } = useTranslation("trace");
  const sections = useMemo(() => sectionsOf(value), [value]);
  if (sections.length === 0 || sections.every(({ shape }) => shape.kind === "nothing")) {
    return <p className={classes.none}>{none}</p>;
  }
  const several = sections.length > 1;
  return (
    <div className={classes.sections}>
      {sections.map(({ name, shape }) => (
        <section key={name}>
          {several && <h3 className={classes.name}>{name || t("value.rest")}</h3>}
          <Part run={run} shape={shape} />
        </section>
      ))}
    </div>
  );
});

function Part({ run, shape }: { run: string; shape: Shape }) {
  switch (shape.kind) {
    case "table":
      return <TableView run={run} table={shape.table} />;
    case "chart":
      return <ChartView run={run} chart={shape.chart} />;
    case "image":
      return <ImageView run={run} artifact={shape.artifact} />;
    case "file":
      return <FileView run={run} artifact={shape.artifact} />;
    case "text":
      return <TextView text={shape.text} />;
    case "json":
      return <JsonTree value={shape.value} />;
    case "nothing":
      return null;
  }
}
