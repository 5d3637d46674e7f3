/** Why this file: the session's tests need a server that speaks docs/http_api.md and whose state they can change. */
import {
  frameBytes,
  landscapeBytes,
  makeFrame,
  makeLandscape,
  outcomesBytes,
  qualityBytes,
  rowsBytes,
} from "../data/codec.fixture";
import type { RunIndex } from "../data/types";
import { makeIndex } from "./index.fixture";

/** Lives in memory; tests change its fields while the session runs. */
export class Server {
  runs = ["r"];
  indexOf: Record<string, RunIndex> = { r: makeIndex({ steps: 5, frames: 4 }) };
  failing = new Set<string>();
  /** Milliseconds that a route takes beyond the usual. */
  slow = new Map<string, number>();
  asked: string[] = [];
  active = 0;
  mostActive = 0;

  readonly fetch: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const route = url.pathname.slice(1);
    this.asked.push(route + url.search);
    if (route === "frame" || route === "landscape") {
      this.active += 1;
      this.mostActive = Math.max(this.mostActive, this.active);
    }
    await new Promise((resolve) => setTimeout(resolve, 5 + (this.slow.get(route) ?? 0)));
    if (route === "frame" || route === "landscape") this.active -= 1;
    init?.signal?.throwIfAborted();
    return this.answer(route, url.searchParams);
  };

  private answer(route: string, query: URLSearchParams): Response {
    const step = Number(query.get("step"));
    if (this.failing.has(route + (query.get("step") ?? "")))
      return new Response("It is gone.", { status: 410 });
    const runs = this.runs.map((name) => ({ name, started: 0 }));
    if (route === "runs") return Response.json({ format: 1, version: "0", logdir: "logs", runs });
    if (route === "samples") return Response.json({ ids: ["0", "1"], labels: [0, 1], texts: null });
    if (route === "frame") {
      return new Response(
        frameBytes(
          makeFrame(
            [
              [0, 0, 0],
              [1, 1, 1],
            ],
            { step },
          ),
        ),
      );
    }
    if (route === "landscape")
      return new Response(landscapeBytes(makeLandscape(2, () => [0, 255, 255], { step })));
    if (route === "outcomes") {
      const columns = {
        prediction: Uint16Array.of(step % 2, 1),
        runnerUp: Uint16Array.of(1, 0),
        confidence: Uint8Array.of(200, 100),
        margin: Uint8Array.of(150, 50),
        entropy: Uint8Array.of(10, 20),
      };
      return new Response(outcomesBytes(columns, [0x3c00, 0x4000]));
    }
    if (route === "label_quality") return new Response(qualityBytes(0.5, 1));
    if (route === "selected") return new Response(rowsBytes(1));
    if (route === "details") {
      const rows = (query.get("rows") ?? "").split(",").map(Number);
      const each = <T>(value: T) => rows.map(() => value);
      return Response.json({
        k: 1,
        neighbours: rows.map((row) => [1 - row]),
        distances: each([0.5]),
        classes: each([]),
        probabilities: each([]),
      });
    }
    const index = this.indexOf[query.get("run") ?? ""];
    return index ? Response.json(index) : new Response("There is no such run.", { status: 404 });
  }

  count(route: string): number {
    return this.asked.filter((asked) => asked.startsWith(route)).length;
  }
}
