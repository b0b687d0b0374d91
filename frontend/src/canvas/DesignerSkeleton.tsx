import { Skeleton } from "@mantine/core";
import { PageHeader } from "@/ui/PageHeader";
import classes from "./Designer.module.css";
import palette from "./palette/Palette.module.css";

const ROWS = [1, 2, 3, 4, 5, 6];

/** The designer's frame while its workflow is on the way. */
export function DesignerSkeleton() {
  return (
    <div className={classes.page} aria-busy="true">
      <PageHeader crumbs={[{ label: <Skeleton height={14} width={180} /> }]} title="" />
      <aside className={palette.palette} style={{ padding: 12 }}>
        <Skeleton height={32} mb={20} />
        {ROWS.map((row) => (
          <Skeleton key={row} height={38} mb={8} />
        ))}
      </aside>
      <div className={classes.canvas} />
    </div>
  );
}
