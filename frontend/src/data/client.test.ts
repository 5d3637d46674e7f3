import { describe, expect, it } from "vitest";
import { Client, RequestError } from "./client";
import { frameBytes, makeFrame, rowsBytes } from "./codec.fixture";

type Answer = () => Response | Promise<Response>;

/** A client whose server gives these answers in turn, the last one for ever; `asked` are the URLs it saw. */
function clientOf(...answers: Answer[]): { client: Client; asked: string[] } {
  const asked: string[] = [];
  const client = new Client({
    base: "http://host/prefix/data/plugin/hidden/",
    retryDelaysMs: [0, 0],
    fetch: async (url, init) => {
      init?.signal?.throwIfAborted();
      asked.push(String(url));
      return (answers[Math.min(asked.length, answers.length) - 1] as Answer)();
    },
  });
  return { client, asked };
}

const never = new AbortController().signal;
const json = (value: unknown) => () => new Response(JSON.stringify(value));
const status = (code: number, text: string) => () => new Response(text, { status: code });
const dropped = () => Promise.reject(new TypeError("network"));

describe("Client", () => {
  it("asks below the page's base and escapes names", async () => {
    const { client, asked } = clientOf(json({ format: 1, runs: [] }));
    await client.index("a/b &c", never);
    expect(asked).toEqual(["http://host/prefix/data/plugin/hidden/index?run=a%2Fb+%26c"]);
    expect(client.thumbnailsUrl("r", "v.1")).toBe(
      "http://host/prefix/data/plugin/hidden/thumbnails?run=r&v=v.1",
    );
  });

  it("decodes a frame under the bounds it was given", async () => {
    const frame = makeFrame([[0.5, 0.5, 1]], { step: 3, bounds: [-1, -1, 1, 1] });
    const { client, asked } = clientOf(() => new Response(frameBytes(frame)));
    const address = { run: "r", layer: "fc2:input", step: 3, version: "s.4" };
    expect(await client.frame(address, frame.bounds, never)).toEqual(frame);
    expect(asked[0]).toContain("frame?run=r&layer=fc2%3Ainput&step=3&v=s.4");
  });

  it("asks for outcomes, choices, details and pictures by their version", async () => {
    const { client, asked } = clientOf(
      () => new Response(rowsBytes(4)),
      json({ k: 1, neighbours: [[2]], distances: [[0.5]], classes: [[]], probabilities: [[]] }),
      () => new Response("Without logits there are no outcomes.", { status: 404 }),
    );
    const address = { run: "r", layer: "fc", step: 3, version: "s.4" };
    expect(await client.selected("r", 3, "s.5", never)).toEqual(Int32Array.of(4));
    expect((await client.details(address, [3, 17], never)).neighbours).toEqual([[2]]);
    await expect(client.outcomes(address, never)).rejects.toMatchObject({
      status: 404,
      message: expect.stringMatching(/Without logits/),
    });
    const base = "http://host/prefix/data/plugin/hidden/";
    expect(asked).toEqual([
      `${base}selected?run=r&step=3&v=s.5`,
      `${base}details?run=r&layer=fc&step=3&v=s.4&rows=3%2C17`,
      `${base}outcomes?run=r&layer=fc&step=3&v=s.4`,
    ]);
    expect(client.imageUrl("r", "p.1", 7)).toBe(`${base}image?run=r&v=p.1&row=7`);
  });

  it("turns labels into integers", async () => {
    const { client } = clientOf(json({ ids: ["a", "b"], labels: [3, -1], texts: null }));
    const samples = await client.samples("r", "1", never);
    expect(samples.labels).toEqual(Int32Array.of(3, -1));
  });

  it("tries again when the connection drops or a proxy fails", async () => {
    const { client, asked } = clientOf(dropped, status(502, "<html>"), json({ format: 1, runs: [] }));
    expect((await client.runs(never)).runs).toEqual([]);
    expect(asked.length).toBe(3);
  });

  it("gives up after the last try with a sentence and the URL", async () => {
    const { client, asked } = clientOf(dropped);
    const error = await client.runs(never).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ status: 0, url: expect.stringMatching(/runs$/), message: /still running/ });
    expect(asked.length).toBe(3);
  });

  it("passes the server's own sentence on and does not ask twice", async () => {
    const { client, asked } = clientOf(status(404, "There is no run x: choose another.\n"));
    await expect(client.index("x", never)).rejects.toMatchObject({
      status: 404,
      message: "There is no run x: choose another.",
    });
    expect(asked.length).toBe(1);
  });

  it("does not show a proxy's page as a sentence", async () => {
    const { client } = clientOf(status(403, "<html>Forbidden</html>"));
    await expect(client.runs(never)).rejects.toThrow("The server answered 403.");
  });

  it("refuses a newer format by naming both", async () => {
    const { client } = clientOf(json({ format: 2 }));
    await expect(client.runs(never)).rejects.toThrow(/format 2.*1/);
  });

  it("says so when the answer is no JSON, or no container", async () => {
    const { client } = clientOf(() => new Response("hello"));
    await expect(client.runs(never)).rejects.toThrow("not JSON");
    const address = { run: "r", layer: "l", step: 0, version: "1" };
    await expect(client.landscape(address, never)).rejects.toThrow(/cannot be read/);
  });

  it("stops at once when aborted, also between two tries", async () => {
    const controller = new AbortController();
    const { client, asked } = clientOf(() => {
      controller.abort();
      return new Response("", { status: 503 });
    });
    await expect(client.runs(controller.signal)).rejects.toMatchObject({ name: "AbortError" });
    expect(asked.length).toBe(1);
  });
});
