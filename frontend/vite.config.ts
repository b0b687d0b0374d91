import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const backend = process.env.BACKEND_URL ?? "http://127.0.0.1:8000";

export default defineConfig(({ command }) => ({
  base: command === "build" ? "/static/" : "/",
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    manifest: true,
    target: ["chrome123", "firefox121", "safari17.5"],
    rolldownOptions: { input: ["src/main.tsx", "src/ui/tokens.css"] },
  },
  server: {
    // The Host stays the browser's: the server compares it with the Origin of forms and sockets.
    proxy: Object.fromEntries(
      ["/api", "/login", "/logout", "/admin", "/static", "/health", "/ws"].map((path) => [
        path,
        { target: backend, ws: path === "/ws", changeOrigin: false },
      ]),
    ),
  },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"], setupFiles: ["src/app/testSetup.ts"] },
}));
