import { Button, Group, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, memo, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { runArtifactUrl } from "@/wire/api";
import type { Cell, TableColumn } from "@/wire/types";
import { cellText, columnWidths, isNumeric } from "./cells";
import type { TableValue } from "./shapes";
import classes from "./TableView.module.css";
import { useTableRows } from "./tableRows";

const ROW_PX = 26;

type Props = { run: string; table: TableValue; height?: number | string };

/** A table as a table: header in sight, rows as they are needed, numbers in line. */
export function TableView({ run, table, height = 360 }: Props) {
  const { t, i18n } = useTranslation("trace");
  const scroller = useRef<HTMLDivElement>(null);
  const count = table.data ? table.row_count : table.preview.length;
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const items = rows.getVirtualItems();
  const { rowAt, error, retry } = useTableRows(run, table, items[0]?.index ?? 0, items.at(-1)?.index ?? 0);
  const widths = useMemo(
    () => columnWidths(table.columns, table.preview, i18n.language),
    [table, i18n.language],
  );
  const template = useMemo(
    () => ["52px", ...widths.map((width) => `minmax(${width}px, 1fr)`)].join(" "),
    [widths],
  );
  const style = { gridTemplateColumns: template };
  return (
    <div className={classes.frame}>
      <Bar run={run} table={table} shown={count} />
      <section
        className={classes.scroller}
        style={{ maxHeight: height }}
        ref={scroller}
        aria-label={t("table.label")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it
        tabIndex={0}
      >
        <table aria-rowcount={count + 1} aria-label={t("table.label")} className={classes.table}>
          <Header columns={table.columns} style={style} />
          <tbody className={classes.body} style={{ height: rows.getTotalSize() }}>
            {items.map(({ index, start }) => (
              <TableRow
                key={index}
                index={index}
                cells={rowAt(index)}
                columns={table.columns}
                template={template}
                top={start}
              />
            ))}
          </tbody>
        </table>
      </section>
      {error && (
        <Group className={classes.error} gap="xs" role="alert">
          <Text size="sm">{error.message}</Text>
          <Button size="compact-xs" variant="default" onClick={retry}>
            {t("tryAgain")}
          </Button>
        </Group>
      )}
    </div>
  );
}

function Bar({ run, table, shown }: { run: string; table: TableValue; shown: number }) {
  const { t } = useTranslation("trace");
  const artifact = table.data?.$artifact;
  return (
    <div className={classes.bar}>
      <span>
        {t("table.rows", { count: table.row_count })} · {t("table.columns", { count: table.columns.length })}
        {shown < table.row_count && ` · ${t("table.first", { count: shown })}`}
      </span>
      {artifact && (
        <Button
          component="a"
          href={runArtifactUrl(run, artifact.digest)}
          download={artifact.name || "table.arrow"}
          size="compact-xs"
          variant="subtle"
          leftSection={<IconDownload size={14} />}
        >
          {t("table.download")}
        </Button>
      )}
    </div>
  );
}

function Header({ columns, style }: { columns: readonly TableColumn[]; style: CSSProperties }) {
  const { t } = useTranslation("registry");
  return (
    <thead className={classes.top}>
      <tr className={classes.header} style={style}>
        <th className={classes.number}>#</th>
        {columns.map(({ name, type }) => (
          <th
            key={name}
            scope="col"
            className={isNumeric(type) ? classes.headRight : classes.head}
            title={`${name} (${type})`}
          >
            <span className={classes.name}>{name}</span>
            <span className={classes.type}>{t(`agent.types.${type}`, { defaultValue: type })}</span>
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface RowProps {
  index: number;
  cells: readonly Cell[] | undefined;
  columns: readonly TableColumn[];
  template: string;
  top: number;
}

const TableRow = memo(function TableRow({ index, cells, columns, template, top }: RowProps) {
  const { i18n } = useTranslation("trace");
  return (
    <tr
      aria-rowindex={index + 2}
      className={classes.row}
      style={{ gridTemplateColumns: template, transform: `translateY(${top}px)` }}
    >
      <td className={classes.number}>{index + 1}</td>
      {columns.map(({ name, type }, column) => (
        <TableCell
          key={name}
          text={cells ? cellText(cells[column], type, i18n.language) : undefined}
          numeric={isNumeric(type)}
        />
      ))}
    </tr>
  );
});

/** `undefined`: not loaded yet; `null`: no value. */
function TableCell({ text, numeric }: { text: string | null | undefined; numeric: boolean }) {
  const { t } = useTranslation("trace");
  const look = numeric ? classes.right : classes.cell;
  if (text === undefined) return <td className={`${look} ${classes.loading}`} />;
  if (text !== null)
    return (
      <td className={look} title={text}>
        {text}
      </td>
    );
  return (
    <td className={`${look} ${classes.missing}`} title={t("table.missing")}>
      –
    </td>
  );
}
