import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useCatalogue } from "@/stores/catalogue";
import { agentsQuery } from "@/wire/queries";

/** Bring the registry's agents into the catalogue; says how that stands. */
export function useAgentsLoaded() {
  const query = useQuery({ ...agentsQuery(), staleTime: 30_000 });
  const setAgents = useCatalogue((state) => state.setAgents);
  useEffect(() => {
    if (query.data) setAgents(query.data);
  }, [query.data, setAgents]);
  return query;
}
