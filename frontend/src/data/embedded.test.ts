import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { RequestError } from "./client";
import { rowsBytes } from "./codec.fixture";
import { type Contents, EmbeddedClient } from "./embedded";

const never = new AbortController().signal;
const PNG = Uint8Array.of(137, 80, 78, 71);
const DETAILS = {
  k: 1,
  neighbours: [[1], [2], [0]],
  distances: [[0.1], [0.2], [0.3]],
  classes: [[0], [1], [2]],
  probabilities: [[1], [0.5], [0.25]],
};

const blocks = new Map<string, string>();
let reads = 0;

function stored(name: string, bytes: Uint8Array | string, gzip: boolean): string {
  const raw = Buffer.from(bytes as Uint8Array);
  blocks.set(name, (gzip ? gzipSync(raw) : raw).toString("base64"));
  return name;
}

function client(): EmbeddedClient {
  const runs = JSON.stringify({ format: 1, version: "0", logdir: "", runs: [{ name: "a b", started: 1 }] });
  const at = { run: "a b", layer: "fc:input", step: "3", v: "s.1" };
  const contents: Contents = {
    answers: [
      {
        route: "runs",
        query: {},
        type: "application/json",
        gzip: true,
        block: stored("runs", runs, true),
      },
      {
        route: "selected",
        query: { v: "s.2", run: "a b", step: "3" },
        type: "application/octet-stream",
        gzip: true,
        block: stored("rows", new Uint8Array(rowsBytes(4, 7)), true),
      },
      {
        route: "details",
        query: at,
        type: "application/json",
        gzip: true,
        block: stored("details", JSON.stringify(DETAILS), true),
      },
      {
        route: "thumbnails",
        query: { run: "a b", v: "s.0" },
        type: "image/png",
        gzip: false,
        block: stored("png", PNG, false),
      },
    ],
    absent: { outcomes: "There are no logits in here." },
  };
  return new EmbeddedClient(contents, (block) => {
    reads += 1;
    return blocks.get(block) ?? "";
  });
}

describe("EmbeddedClient", () => {
  it("answers from the blocks, whatever the order of the query", async () => {
    expect((await client().runs(never)).runs).toEqual([{ name: "a b", started: 1 }]);
    expect([...(await client().selected("a b", 3, "s.2", never))]).toEqual([4, 7]);
  });

  it("picks the details of the samples that are asked for", async () => {
    const address = { run: "a b", layer: "fc:input", step: 3, version: "s.1" };
    const details = await client().details(address, [2, 0], never);
    expect(details).toEqual({
      k: 1,
      neighbours: [[0], [1]],
      distances: [[0.3], [0.1]],
      classes: [[2], [0]],
      probabilities: [[0.25], [1]],
    });
  });

  it("refuses what is not in the page with the sentence that the page gives", async () => {
    const address = { run: "a b", layer: "fc:input", step: 3, version: "s.1" };
    await expect(client().outcomes(address, never)).rejects.toMatchObject({
      status: 404,
      message: "There are no logits in here.",
    });
    await expect(client().index("other", never)).rejects.toBeInstanceOf(RequestError);
  });

  it("makes one URL of a picture and keeps it", async () => {
    const one = client();
    const url = one.thumbnailsUrl("a b", "s.0");
    const before = reads;
    expect(one.thumbnailsUrl("a b", "s.0")).toBe(url);
    expect(reads).toBe(before);
    expect(new Uint8Array(await (await fetch(url)).arrayBuffer())).toEqual(PNG);
  });
});
