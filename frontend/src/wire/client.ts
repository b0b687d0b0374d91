/** HTTP to `/api/v1`: JSON in and out, session cookie and CSRF, refusals as `ApiProblem`. */
import i18next from "i18next";
import { ApiProblem, serverAway } from "./problem";
import { serverAnswered, serverSilent } from "./reachable";

export const API = "/api/v1";

export type Query = Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

export interface RequestOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
}

export interface Answer<T> {
  data: T;
  status: number;
  /** The revision in the `ETag` header, without its quotes. */
  etag: string | null;
}

const SAFE = new Set(["GET", "HEAD"]);

/** Ask and return the answer's JSON. Throws `ApiProblem`; an aborted request throws the `AbortError` as it is. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  return (await ask<T>(path, options)).data;
}

/** Like `request`, with the answer's status and revision. */
export async function ask<T>(path: string, options: RequestOptions = {}): Promise<Answer<T>> {
  const response = await send(path, options);
  if (!response.ok) throw await problemOf(response);
  const etag = response.headers.get("ETag")?.replace(/^W\/|"/g, "") ?? null;
  return { data: (await bodyOf(response)) as T, status: response.status, etag };
}

async function send(path: string, { method = "GET", query, body, headers, signal }: RequestOptions) {
  const init: RequestInit = {
    method,
    credentials: "same-origin",
    headers: {
      Accept: "application/json",
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(SAFE.has(method) ? {} : csrfHeader()),
      ...headers,
    },
  };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (signal) init.signal = signal;
  try {
    const response = await fetch(address(path, query), init);
    serverAnswered();
    return response;
  } catch (error) {
    if (signal?.aborted) throw error;
    serverSilent();
    throw serverAway(i18next.t("serverAway", { ns: "app" }));
  }
}

/** A full address: paths stand under `/api/v1`, and links the API gave (`next`) are used as they are. */
export function address(path: string, query: Query = {}): string {
  const given = /^https?:/.test(path) ? new URL(path) : null;
  const base = given ? given.pathname + given.search : path.startsWith(API) ? path : API + path;
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== "") parameters.append(name, String(one));
    }
  }
  const text = parameters.toString();
  return text ? `${base}${base.includes("?") ? "&" : "?"}${text}` : base;
}

export function csrfHeader(): Record<string, string> {
  const token = /(?:^|;\s*)(?:__Host-|__Secure-)?csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  return token ? { "X-CSRFToken": decodeURIComponent(token) } : {};
}

/** What a refusal says; a lost session leads to the login page and back. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body = await bodyOf(response).catch(() => null);
  const known = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const problem = new ApiProblem(response.status, { title: response.statusText, ...known });
  if (problem.status === 401 || problem.code === "not_authenticated") goToLogin();
  return problem;
}

export function goToLogin(): void {
  location.assign(`/login/?next=${encodeURIComponent(location.pathname + location.search)}`);
}

async function bodyOf(response: Response): Promise<unknown> {
  if (response.status === 204) return null;
  const type = response.headers.get("Content-Type") ?? "";
  return type.includes("json") ? response.json() : response.text();
}
