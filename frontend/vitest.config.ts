/** Why this file: one command runs the tests that need no page in node, those that need one in jsdom, and those that need WebGL2 in
 * chromium. */
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

const jsx = { oxc: { jsx: { runtime: "automatic" as const, importSource: "preact" } } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          environment: "node",
          // Nothing here leaves anything behind, and a process for each file took four times as long.
          isolate: false,
          include: ["src/{analysis,data,gl,query,state,theme,worker}/**/*.test.ts"],
          exclude: ["src/**/*.browser.test.ts"],
        },
      },
      {
        ...jsx,
        test: {
          name: "dom",
          environment: "jsdom",
          pool: "threads",
          include: ["src/{bridge,charts,ui,views}/**/*.test.{ts,tsx}"],
          exclude: ["src/**/*.browser.test.ts"],
        },
      },
      {
        ...jsx,
        // Found late, these would be bundled a second time in the middle of a test, with a second copy of Preact.
        optimizeDeps: {
          include: [
            "preact",
            "preact/hooks",
            "preact/jsx-runtime",
            "preact/jsx-dev-runtime",
            "@preact/signals",
            "d3-shape",
            "gifenc",
          ],
        },
        test: {
          name: "browser",
          include: ["src/**/*.browser.test.ts"],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath,
                args: [
                  "--no-sandbox",
                  "--use-gl=angle",
                  "--use-angle=swiftshader",
                  "--enable-unsafe-swiftshader",
                ],
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
