/**
 * Why this file: TensorBoard imports `index.js` from the plugin's static folder and calls its `render` export.
 *
 * Not Vite's library mode, which writes absolute asset URLs and inlines images as data URLs; the first would miss
 * the plugin's route and the second is blocked by TensorBoard's content security policy in places.
 */
import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../tensorboard_plugin_hidden/static",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      input: "src/index.ts",
      preserveEntrySignatures: "strict",
      output: {
        entryFileNames: "index.js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: "[name]-[hash][extname]",
      },
    },
  },
});
