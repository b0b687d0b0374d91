import { useEffect, useRef } from "react";
import { useSearchParams } from "react-router";
import { useView } from "@/stores/view";

/** The run that is shown stands in the address (`?run=<id>`), so that a reload finds it; `?start` opens the run form. */
export function useRunInUrl(): void {
  const [search, setSearch] = useSearchParams();
  const run = useView((state) => state.run);
  const show = useView((state) => state.show);
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      const wanted = search.get("run");
      if (wanted) {
        show({ run: wanted });
        return;
      }
      if (search.has("start")) show({ dialog: "run" });
    }
    if ((search.get("run") ?? null) === run && !search.has("start")) return;
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        next.delete("start");
        if (run) next.set("run", run);
        else next.delete("run");
        return next;
      },
      { replace: true },
    );
  }, [run, search, setSearch, show]);
}
