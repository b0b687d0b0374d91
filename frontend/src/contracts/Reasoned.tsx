import { Tooltip } from "@mantine/core";
import type { ReactNode } from "react";

/** A field that may be off: the reason shows when it is pointed at. */
export function Reasoned({ why, children }: { why: string; children: ReactNode }) {
  return (
    <Tooltip label={why} disabled={!why} multiline maw={320} position="left">
      <div>{children}</div>
    </Tooltip>
  );
}
