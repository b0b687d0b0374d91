/** Agent bundles: upload, checks, decision, files, and the keys whose signatures are trusted. */
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { address, problemOf, type Query, request } from "./client";
import type { ApiProblem } from "./problem";
import { keys } from "./queries";
import type { LocalText, Page } from "./types";
import { sendForm } from "./upload";

const id = encodeURIComponent;

export type BundleStatus = "quarantined" | "approved" | "rejected";
export type SignatureState = "trusted" | "unknown_key" | "unsigned" | "invalid";

export interface BundleCheck {
  name: string;
  ok: boolean;
  message: string;
  path: string;
}

export interface Bundle {
  /** 64 hex digits of the identity. */
  digest: string;
  identity: string;
  agent: string;
  version: string;
  title: LocalText;
  description: LocalText;
  status: BundleStatus;
  network_asked: boolean;
  network_granted: boolean;
  /** Nodes can fetch it; an approved one follows within half a minute. */
  on_bus: boolean;
  size: number;
  file_count: number;
  signature: { state: SignatureState; key_id: string | null; key_name: string | null };
  checks: BundleCheck[];
  uploaded_by: string | null;
  uploaded_at: string;
  decided_by: string | null;
  decided_at: string | null;
  note: string;
  /** When the zip of a rejected bundle was removed; the same content uploaded again brings it back. */
  zip_removed_at: string | null;
  manifest: Readonly<Record<string, unknown>>;
}

export interface BundleFile {
  path: string;
  size: number;
  sha256: string;
}

/** What was decided once; `by` null: a trusted signature did, or the account is gone. */
export interface BundleDecided {
  status: BundleStatus;
  network_granted: boolean;
  note: string;
  by: string | null;
  at: string;
}

/** An upload that was refused: nothing of the zip is kept. */
export interface RefusedUpload {
  id: number;
  at: string;
  by: string | null;
  code: string;
  message: string;
  /** What the sender called the file. */
  name: string;
  /** `name@version`, when the manifest could be read. */
  bundle: string | null;
  zip_digest: string | null;
  size: number | null;
  dry_run: boolean;
  checks: BundleCheck[];
}

export interface SigningKey {
  id: string;
  name: string;
  public_key: string;
  created_at: string;
  created_by: string | null;
}

const BUNDLES = ["bundles"];
const KEYS = ["signing-keys"];
const REFRESH_MS = 10_000;

export const useBundles = (query: Query) =>
  useQuery({
    queryKey: [...BUNDLES, "list", query],
    queryFn: async ({ signal }) =>
      (await request<Page<Bundle>>("/bundles", { query: { limit: 200, ...query }, signal })).results,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useBundle = (digest: string) =>
  useQuery({
    queryKey: [...BUNDLES, "one", digest],
    queryFn: ({ signal }) => request<Bundle>(`/bundles/${id(digest)}`, { signal }),
    refetchInterval: REFRESH_MS,
  });

export const useBundleFiles = (digest: string) =>
  useQuery({
    queryKey: [...BUNDLES, "files", digest],
    queryFn: async ({ signal }) =>
      (await request<Page<BundleFile>>(`/bundles/${id(digest)}/files`, { signal })).results,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Newest first. */
export const useBundleHistory = (digest: string) =>
  useQuery({
    queryKey: [...BUNDLES, "decisions", digest],
    queryFn: async ({ signal }) =>
      (await request<Page<BundleDecided>>(`/bundles/${id(digest)}/decisions`, { signal })).results,
    refetchInterval: REFRESH_MS,
  });

/** Newest first: all for who decides on bundles, else the reader's own. */
export const useRefusedUploads = (query: Query) =>
  useInfiniteQuery({
    queryKey: [...BUNDLES, "refused", query],
    queryFn: ({ pageParam, signal }) =>
      request<Page<RefusedUpload>>(pageParam || "/bundles/refused", {
        query: pageParam ? {} : query,
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useBundleText = (digest: string, path: string | null) =>
  useQuery({
    queryKey: [...BUNDLES, "text", digest, path],
    queryFn: ({ signal }) => getText(`/bundles/${id(digest)}/files/${pathOf(path ?? "")}`, signal),
    enabled: path !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

const pathOf = (path: string) => path.split("/").map(id).join("/");

/** A file's text, whatever type it is sent as: a JSON file is read as text, too. */
async function getText(path: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(address(path), { credentials: "same-origin", signal });
  if (!response.ok) throw await problemOf(response);
  return response.text();
}

export const bundleUrl = (digest: string) => address(`/bundles/${id(digest)}/download`);

export type BundleDecision =
  | { how: "approve"; network: boolean; note: string; replicas: number | null }
  | { how: "reject" | "quarantine"; note: string };

export function useDecideBundle() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ digest, how, ...body }: BundleDecision & { digest: string }) =>
      request<Bundle>(`/bundles/${id(digest)}/${how}`, { method: "POST", body }),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: BUNDLES });
      void client.invalidateQueries({ queryKey: keys.agents });
    },
  });
}

export const useSigningKeys = () =>
  useQuery({
    queryKey: KEYS,
    queryFn: async ({ signal }) => (await request<Page<SigningKey>>("/signing-keys", { signal })).results,
  });

export function useAddKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; public_key: string }) =>
      request<SigningKey>("/signing-keys", { method: "POST", body }),
    onSuccess: () => client.invalidateQueries({ queryKey: KEYS }),
  });
}

export function useRemoveKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (key: SigningKey["id"]) => request<null>(`/signing-keys/${id(key)}`, { method: "DELETE" }),
    onSettled: () => client.invalidateQueries({ queryKey: KEYS }),
  });
}

export interface Uploaded {
  bundle: Bundle;
  /** The same content was there before. */
  known: boolean;
}

/** Send a bundle. Throws `ApiProblem`: `bundle_refused` brings its `checks`. */
export async function uploadBundle(file: File, onProgress: (share: number) => void): Promise<Uploaded> {
  const form = new FormData();
  form.append("file", file, file.name);
  const { data, status } = await sendForm<Bundle>("/bundles", form, { onProgress });
  return { bundle: data, known: status === 200 };
}

/** The checks a refusal brings; none when it was refused for something else. */
export function checksOf(problem: ApiProblem): BundleCheck[] {
  return Array.isArray(problem.extra.checks) ? (problem.extra.checks as BundleCheck[]) : [];
}
