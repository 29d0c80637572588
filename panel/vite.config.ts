import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Where a running gateway listens, for the development server alone.
const gateway = `http://127.0.0.1:${process.env.ARGOT_PORT ?? "8080"}`;

export default defineConfig({
  plugins: [react()],
  build: {
    target: ["chrome123", "firefox121", "safari17.5"],
    // The content security policy has no place for files in the page itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      "/api": gateway,
      "/panel": gateway,
    },
  },
});
