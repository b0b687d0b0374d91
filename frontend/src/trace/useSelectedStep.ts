import { useCallback, useEffect, useState } from "react";
import { useNavigationType, useSearchParams } from "react-router";

/** The selected step; it stands in the address (`?step=`) too, a moment later, so that keys need not wait for it. */
export function useSelectedStep(): [string | null, (step: string | null) => void] {
  const [search, setSearch] = useSearchParams();
  const addressed = search.get("step");
  const [selected, setSelected] = useState(addressed);
  const arrival = useNavigationType();
  useEffect(() => {
    if (arrival === "POP") setSelected(addressed);
  }, [addressed, arrival]);
  const select = useCallback(
    (step: string | null) => {
      setSelected(step);
      setSearch(
        (before) => {
          if (step) before.set("step", step);
          else before.delete("step");
          return before;
        },
        { replace: true },
      );
    },
    [setSearch],
  );
  return [selected, select];
}
