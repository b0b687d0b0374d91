import { useCallback, useMemo } from "react";
import { unread, useSeen } from "./unread";
import { useRejectedCounts } from "./wire";

/** What was rejected since the reader last looked, and how to say that it was looked at. */
export function useUnread() {
  const counts = useRejectedCounts().data;
  const seen = useSeen((state) => state.counts);
  const look = useSeen((state) => state.look);
  return {
    counts,
    unread: useMemo(() => unread(counts ?? [], seen), [counts, seen]),
    lookAtAll: useCallback(() => look(counts ?? []), [look, counts]),
  };
}
