import { useSaving } from "@/stores/saving";
import { useMe, usePeople } from "@/wire/queries";

/** Whom the open workflow's steps may ask: the reader first, then the members of its project, and their groups. */
export function usePeopleToAsk(): { people: readonly string[]; groups: readonly string[] } {
  const me = useMe().data;
  const { data } = usePeople(useSaving((state) => state.project));
  const members = (data?.people ?? []).map(({ username }) => username);
  return { people: [...new Set([...(me ? [me.username] : []), ...members])], groups: data?.groups ?? [] };
}
