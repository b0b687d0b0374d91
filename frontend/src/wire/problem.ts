import { serverWords } from "@/i18n/serverWords";

/** One thing wrong with a request; `field` is a JSON pointer into its body. */
export interface FieldError {
  field: string;
  message: string;
  code: string;
}

/** A refusal as the API explains it (RFC 9457). `status` 0: the server did not answer at all. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly errors: readonly FieldError[];
  /** Everything the server said, for codes that bring data of their own. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    const title = text(body.title) || "The request failed";
    const code = text(body.code) || "unknown";
    super(serverWords(code, text(body.detail) || title));
    this.name = "ApiProblem";
    this.status = status;
    this.code = code;
    this.title = title;
    this.errors = Array.isArray(body.errors) ? body.errors.filter(isFieldError).map(inWords) : [];
    this.extra = body;
  }

  /** The message for each field, the first one where there are several. */
  get byField(): ReadonlyMap<string, string> {
    return new Map([...this.errors].reverse().map(({ field, message }) => [field, message]));
  }

  get isServerAway(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

/** Whether `error` is a refusal, with `code` when one is given. */
export function isProblem(error: unknown, code?: string): error is ApiProblem {
  return error instanceof ApiProblem && (code === undefined || error.code === code);
}

export function serverAway(cause: string): ApiProblem {
  return new ApiProblem(0, { code: "server_away", title: "The server does not answer", detail: cause });
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function inWords(error: FieldError): FieldError {
  return { ...error, message: serverWords(error.code, error.message) };
}

function isFieldError(value: unknown): value is FieldError {
  return typeof value === "object" && value !== null && "field" in value && "message" in value;
}
