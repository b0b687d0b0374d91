import { QueryClient } from "@tanstack/react-query";

/** A refusal (4xx) stays a refusal: only lost connections and server errors are worth another try. */
function worthRetrying(failures: number, error: unknown): boolean {
  const status =
    typeof error === "object" && error !== null && "status" in error ? Number(error.status) : undefined;
  return failures < 2 && (status === undefined || status === 0 || status >= 500);
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: worthRetrying, staleTime: 10_000, refetchOnWindowFocus: true },
    mutations: { retry: false },
  },
});
