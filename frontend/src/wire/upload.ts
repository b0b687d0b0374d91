import i18next from "i18next";
import { address, csrfHeader, goToLogin } from "./client";
import { ApiProblem, serverAway } from "./problem";
import type { Upload } from "./types";

export interface UploadOptions {
  project?: string;
  /** Called with the share that is sent, 0 to 1. */
  onProgress?: (share: number) => void;
  signal?: AbortSignal;
}

/** Send a file to the artifact store. Throws `ApiProblem`, or `AbortError`. */
export async function uploadFile(file: File, { project, ...options }: UploadOptions = {}): Promise<Upload> {
  const form = new FormData();
  if (project) form.append("project", project);
  form.append("file", file, file.name);
  return (await sendForm<Upload>("/artifacts", form, options)).data;
}

/** Post a form (by XHR: `fetch` tells no progress). Throws `ApiProblem`, or `AbortError`. */
export function sendForm<T>(
  path: string,
  form: FormData,
  { onProgress, signal }: Pick<UploadOptions, "onProgress" | "signal">,
): Promise<{ data: T; status: number }> {
  return new Promise((resolve, reject) => {
    const sender = new XMLHttpRequest();
    sender.open("POST", address(path));
    sender.setRequestHeader("Accept", "application/json");
    for (const [name, value] of Object.entries(csrfHeader())) sender.setRequestHeader(name, value);
    sender.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress?.(event.loaded / event.total);
    };
    sender.onload = () => {
      const body = parsed(sender.responseText);
      if (sender.status === 401) goToLogin();
      if (sender.status < 300) resolve({ data: body as T, status: sender.status });
      else reject(new ApiProblem(sender.status, body));
    };
    sender.onerror = () => reject(serverAway(i18next.t("serverAway", { ns: "app" })));
    sender.onabort = () => reject(new DOMException("Aborted", "AbortError"));
    signal?.addEventListener("abort", () => sender.abort(), { once: true });
    sender.send(form);
  });
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
