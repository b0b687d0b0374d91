/** How full the system is: `GET /system/storage`. */
import { useQuery } from "@tanstack/react-query";
import { request } from "./client";

export interface StorageFigures {
  redis: { used_bytes: number; max_bytes: number | null; share: number | null; keys: number };
  runs: { live: number; standing: number; parked: number; ended_in_redis: number };
  streams: {
    ready: number;
    jobs: number;
    tasks: number;
    dead_letters: number;
    logs: number;
    inboxes: number;
  };
  archive: {
    backlog: number;
    refused: number;
    runs_per_minute: number;
    runs: number;
    bytes: number;
    original_bytes: number;
  };
  warnings: { code: string; message: string }[];
}

const REFRESH_MS = 5_000;

export const useStorage = () =>
  useQuery({
    queryKey: ["system", "storage"],
    queryFn: ({ signal }) => request<StorageFigures>("/system/storage", { signal }),
    refetchInterval: REFRESH_MS,
  });
