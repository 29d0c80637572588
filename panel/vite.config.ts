import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";

// Where a running gateway listens, for the development server alone.
const { ARGOT_PORT: port = "8080" } = loadEnv("development", ".", "ARGOT_");
const gateway = `http://127.0.0.1:${port}`;

export default defineConfig({
  plugins: [react()],
  build: {
    target: ["chrome123", "firefox121", "safari17.5"],
    // The content security policy has no place for files in the page itself.
    assetsInlineLimit: 0,
    // What is loaded first stays under 300 kB compressed, which is about 900 kB.
    chunkSizeWarningLimit: 900,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      "/api": gateway,
      "/panel": gateway,
    },
  },
});
