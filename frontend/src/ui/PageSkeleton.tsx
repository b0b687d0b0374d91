import { Skeleton } from "@mantine/core";

const ROWS = ["70%", "90%", "60%", "80%", "75%"];

/** The quiet shape of a page that is still loading. */
export function PageSkeleton() {
  return (
    <div style={{ padding: 28, maxWidth: 1100 }} aria-busy="true">
      <Skeleton height={22} width={220} mb={24} />
      {ROWS.map((width) => (
        <Skeleton key={width} height={38} width={width} mb={10} />
      ))}
    </div>
  );
}
