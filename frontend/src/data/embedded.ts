/**
 * Why this file: answers the routes of docs/http_api.md out of the page itself, for a run that was exported as one HTML file
 * and is opened without TensorBoard. `tensorboard_plugin_hidden/export/page.py` writes what is read here.
 */
import { Client } from "./client";

/** Id of the element that says what the page holds. */
const CONTENTS_ID = "hidden-contents";
/** Base of the URLs that are answered here; nothing is ever asked of a network. */
const EMBEDDED_BASE = "embedded:///";

const NOT_HERE = "This file does not hold what was asked for; TensorBoard on the run's log directory does.";

/** One answer, whose body is the block of that name: base64, and gzip below it where `gzip` says so. */
export interface EmbeddedAnswer {
  readonly route: string;
  readonly query: Readonly<Record<string, string>>;
  readonly type: string;
  readonly gzip: boolean;
  readonly block: string;
}

/** What the page holds; `absent` has a sentence for routes that were left out. */
export interface Contents {
  readonly answers: readonly EmbeddedAnswer[];
  readonly absent: Readonly<Record<string, string>>;
}

/** Details of all samples, of which a request picks some: every list has one entry a sample. */
type AllDetails = Readonly<Record<string, number | readonly unknown[]>>;

function keyOf(route: string, query: Iterable<readonly [string, string]>): string {
  return JSON.stringify([route, ...[...query].sort(([p], [q]) => (p < q ? -1 : 1))]);
}

/** The bytes of base64 text. */
function decode(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.trim());
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** A client of the page it is in. */
export class EmbeddedClient extends Client {
  private readonly pictures = new Map<string, string>();
  private readonly lookup: (url: string) => EmbeddedAnswer | undefined;
  private readonly routes: ReadonlySet<string>;

  /** @param read the base64 text of a block */
  constructor(
    contents: Contents,
    private readonly read: (block: string) => string,
  ) {
    const known = new Map(contents.answers.map((one) => [keyOf(one.route, Object.entries(one.query)), one]));
    const find = (url: string) => {
      const { pathname, searchParams } = new URL(url);
      const route = pathname.replace(/^\/+/, "");
      // All samples' details are one answer.
      if (route === "details") searchParams.delete("rows");
      return known.get(keyOf(route, searchParams));
    };
    const answer: typeof fetch = async (input, init) => {
      init?.signal?.throwIfAborted();
      const url = String(input);
      const found = find(url);
      const { pathname, searchParams } = new URL(url);
      const route = pathname.replace(/^\/+/, "");
      if (found === undefined) return new Response(contents.absent[route] ?? NOT_HERE, { status: 404 });
      const body = this.body(found);
      if (route !== "details") return body;
      const rows = (searchParams.get("rows") ?? "").split(",").map(Number);
      return Response.json(pickRows((await body.json()) as AllDetails, rows));
    };
    super({ fetch: answer, base: EMBEDDED_BASE });
    this.lookup = find;
    this.routes = new Set(contents.answers.map(({ route }) => route));
  }

  override answers(route: string): boolean {
    return this.routes.has(route);
  }

  override imageUrl(run: string, version: string, row: number): string {
    return this.pictureUrl(super.imageUrl(run, version, row));
  }

  override thumbnailsUrl(run: string, version: string): string {
    return this.pictureUrl(super.thumbnailsUrl(run, version));
  }

  private body({ block, gzip, type }: EmbeddedAnswer): Response {
    const blob = new Blob([decode(this.read(block))]);
    const stream = gzip ? blob.stream().pipeThrough(new DecompressionStream("gzip")) : blob.stream();
    return new Response(stream, { headers: { "Content-Type": type } });
  }

  /** Pictures are shown by URL, not fetched: one that the browser makes of the bytes, once each. */
  private pictureUrl(url: string): string {
    const found = this.lookup(url);
    if (found === undefined) return url;
    let made = this.pictures.get(found.block);
    if (made === undefined) {
      made = URL.createObjectURL(new Blob([decode(this.read(found.block))], { type: found.type }));
      this.pictures.set(found.block, made);
    }
    return made;
  }
}

function pickRows(details: AllDetails, rows: readonly number[]): Record<string, unknown> {
  const picked = ([name, value]: [string, number | readonly unknown[]]) => [
    name,
    typeof value === "number" ? value : rows.map((row) => value[row]),
  ];
  return Object.fromEntries(Object.entries(details).map(picked));
}

/** The client of a page that `hidden export --html` wrote. */
export function embeddedClient(page: Document = document): EmbeddedClient {
  const text = (id: string) => page.getElementById(id)?.textContent ?? "";
  return new EmbeddedClient(JSON.parse(text(CONTENTS_ID)) as Contents, text);
}
