import { Highlight } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { formatClock } from "@/ui/duration";
import type { LogLine } from "@/wire/cluster";
import classes from "./LogDrawer.module.css";

const ROW_PX = 20;
/** This near the end counts as the end. */
const END_PX = 24;

interface Props {
  lines: readonly LogLine[];
  search: string;
  following: boolean;
  /** Scrolling up stops following; reaching the end begins it again. */
  onFollow(following: boolean): void;
}

/** As many lines as are seen; long ones wrap. */
export function LogLines({ lines, search, following, onFollow }: Props) {
  const { t, i18n } = useTranslation("instances");
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => lines[index]?.seq ?? index,
    overscan: 20,
  });
  const last = lines.at(-1)?.seq;
  const height = rows.getTotalSize();
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line or height brings the end into view again
  useEffect(() => {
    const element = scroller.current;
    if (following && element) element.scrollTop = element.scrollHeight;
  }, [following, last, height]);
  const atEnd = () => {
    const element = scroller.current;
    return !element || element.scrollHeight - element.scrollTop - element.clientHeight < END_PX;
  };
  return (
    <div
      ref={scroller}
      className={classes.lines}
      role="log"
      aria-live="off"
      aria-label={t("log.label")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls with the keys
      tabIndex={0}
      onWheel={({ deltaY }) => deltaY < 0 && onFollow(false)}
      onKeyDown={({ key }) => ["ArrowUp", "PageUp", "Home"].includes(key) && onFollow(false)}
      onScroll={() => {
        if (!following && lines.length > 0 && atEnd()) onFollow(true);
      }}
    >
      <div style={{ height, position: "relative" }}>
        {rows.getVirtualItems().map(({ index, start, key }) => {
          const line = lines[index];
          return (
            line && (
              <div
                key={key}
                ref={rows.measureElement}
                data-index={index}
                data-stream={line.stream}
                className={classes.line}
                style={{ transform: `translateY(${start}px)` }}
              >
                <time dateTime={new Date(line.at_ms).toISOString()}>
                  {formatClock(line.at_ms, i18n.language)}
                </time>
                <span className={classes.stream}>{t(`log.stream.${line.stream}`)}</span>
                <Highlight
                  component="span"
                  inherit
                  highlight={search.trim() || []}
                  className={classes.text ?? ""}
                >
                  {line.text}
                </Highlight>
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}
