// How the page is built. Everything the page needs is in `dist`: no other server is asked for anything.
import { readFileSync } from "node:fs";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { type Plugin, defineConfig } from "vite";

const FONTS = ["inter", "jetbrains-mono"];

/** The fonts' licence asks to travel with them; Vite's own list names only the scripts. */
function fontLicenses(): Plugin {
  return {
    name: "font-licenses",
    apply: "build",
    generateBundle() {
      const texts = FONTS.map((font) =>
        readFileSync(new URL(`node_modules/@fontsource-variable/${font}/LICENSE`, import.meta.url), "utf8"),
      );
      this.emitFile({ type: "asset", fileName: "licenses-fonts.txt", source: texts.join("\n\n") });
    },
  };
}

const center = process.env["RTCC_CENTER"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [svelte(), fontLicenses()],
  build: {
    target: "es2022",
    license: { fileName: "licenses.md" },
    assetsInlineLimit: 0, // a strict CSP and honest sizes: nothing becomes a data: URL
    chunkSizeWarningLimit: 1200, // MapLibre alone is about 1.1 MB before compression
    rolldownOptions: {
      output: {
        // MapLibre changes rarely: apart from our own code it stays in the browser's cache over upgrades
        codeSplitting: { groups: [{ name: "maplibre", test: /node_modules[\\/](maplibre-gl|@maplibre)/ }] },
      },
    },
  },
  worker: { format: "es" },
  server: {
    proxy: { "/api": center, "/ws": { target: center, ws: true } },
  },
});
