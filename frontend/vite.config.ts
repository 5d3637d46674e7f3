/**
 * Why this file: TensorBoard imports `index.js` from the plugin's static folder and calls its `render` export; and beside it
 * lies `standalone.js`, one file with everything, which `hidden export --html` puts into a page. Two builds, because one
 * would put what both have in common into a third file.
 *
 * Not Vite's library mode, which writes absolute asset URLs and inlines images as data URLs; the first would miss
 * the plugin's route and the second is blocked by TensorBoard's content security policy in places.
 */
import { build, defineConfig, type Plugin } from "vite";

const STANDALONE = "standalone";

/** Builds this configuration once more for exported pages. */
const thenStandalone: Plugin = {
  name: "then-standalone",
  apply: "build",
  async closeBundle() {
    await build({ mode: STANDALONE });
  },
};

export default defineConfig(({ mode }) => {
  const standalone = mode === STANDALONE;
  return {
    base: "./",
    plugins: standalone ? [] : [thenStandalone],
    // A file of its own: TensorBoard's policy has no place for scripts out of blobs.
    worker: {
      format: "es",
      rolldownOptions: { output: { entryFileNames: "[name]-[hash].js" } },
    },
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      outDir: "../tensorboard_plugin_hidden/static",
      emptyOutDir: !standalone,
      target: "es2022",
      // A page that is opened from disk can load nothing beside it.
      assetsInlineLimit: standalone ? Number.POSITIVE_INFINITY : 0,
      modulePreload: false,
      rolldownOptions: {
        input: standalone ? "src/standalone.ts" : "src/index.ts",
        // What is loaded later takes what it shares from `index.js`, so that opening the tab asks for one file.
        preserveEntrySignatures: "allow-extension",
        output: {
          entryFileNames: "[name].js",
          chunkFileNames: "[name]-[hash].js",
          assetFileNames: "[name]-[hash][extname]",
          ...(standalone && { codeSplitting: false }),
        },
      },
    },
  };
});
