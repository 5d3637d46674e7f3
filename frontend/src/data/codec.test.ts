import { describe, expect, it } from "vitest";
import {
  CodecError,
  decodeContainer,
  decodeFrame,
  decodeLandscape,
  decodeOutcomes,
  decodeRows,
  parseBounds,
  takeArray,
} from "./codec";
import {
  containerBytes,
  frameBytes,
  landscapeBytes,
  makeFrame,
  makeLandscape,
  outcomesBytes,
  rowsBytes,
  words,
} from "./codec.fixture";

/** Two u2 values written out byte by byte, header and all, with no help from any function. */
const HEADER = '{"arrays":[{"name":"a","dtype":"u2","shape":[2],"offset":0,"nbytes":4}],"meta":{"m":7}} ';
function byHand(): ArrayBuffer {
  const text = [...HEADER].map((character) => character.charCodeAt(0));
  const head = [72, 73, 68, 78, 1, 0, 0, 0, text.length, 0, 0, 0, 0, 0, 0, 0];
  return Uint8Array.from([...head, ...text, 0x34, 0x12, 0xff, 0xff, 0, 0, 0, 0]).buffer;
}

describe("decodeContainer", () => {
  it("reads bytes written by hand", () => {
    expect(HEADER.length % 8).toBe(0);
    const container = decodeContainer(byHand());
    expect(container.meta).toEqual({ m: 7 });
    expect([...takeArray(container, "a", "u2", [2])]).toEqual([0x1234, 0xffff]);
  });

  it("gives views on the answer, not copies", () => {
    const buffer = byHand();
    expect(takeArray(decodeContainer(buffer), "a", "u2", [null]).buffer).toBe(buffer);
  });

  it.each([
    ["fewer bytes than a preamble", (b: ArrayBuffer) => b.slice(0, 9), /9 bytes/],
    ["another magic", (b: ArrayBuffer) => edit(b, 0, 0x50), /start with HIDN/],
    ["a newer format", (b: ArrayBuffer) => edit(b, 4, 2), /format 2.*up to 1/],
    ["a header that is cut short", (b: ArrayBuffer) => b.slice(0, 40), /header was cut short/],
    ["a header that is no JSON", (b: ArrayBuffer) => edit(b, 16, 0x5b), /not JSON/],
    ["arrays that are cut short", (b: ArrayBuffer) => b.slice(0, b.byteLength - 6), /cut short/],
  ])("refuses %s", (_, change, message) => {
    expect(() => decodeContainer(change(byHand()))).toThrow(message);
    expect(() => decodeContainer(change(byHand()))).toThrow(CodecError);
  });

  it.each([
    [{ codec: "zlib" }, /compressed/],
    [{ offset: 4 }, /aligned/],
    [{ shape: [-1] }, /malformed/],
    [{ nbytes: "4" }, /malformed/],
    [{ name: 3 }, /without a name/],
  ])("refuses an array header with %o", (override, message) => {
    const bytes = containerBytes([{ name: "a", dtype: "u2", shape: [2], bytes: words(1, 2) }], {}, override);
    expect(() => decodeContainer(bytes.buffer)).toThrow(message);
  });

  it("refuses a header without arrays", () => {
    const text = '{"arrays": 3}   ';
    const bytes = Uint8Array.from([
      72,
      73,
      68,
      78,
      1,
      0,
      0,
      0,
      16,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...[...text].map((c) => c.charCodeAt(0)),
    ]);
    expect(() => decodeContainer(bytes.buffer)).toThrow(/lists no arrays/);
  });
});

function edit(buffer: ArrayBuffer, at: number, value: number): ArrayBuffer {
  const bytes = new Uint8Array(buffer.slice(0));
  bytes[at] = value;
  return bytes.buffer;
}

describe("takeArray", () => {
  const container = decodeContainer(byHand());
  it("names the array that is missing", () => {
    expect(() => takeArray(container, "b", "u2", [2])).toThrow('no array "b"');
  });
  it("names both dtypes", () => {
    expect(() => takeArray(container, "a", "u1", [2])).toThrow("is u2, expected u1");
  });
  it("names both shapes", () => {
    expect(() => takeArray(container, "a", "u2", [3])).toThrow("[2], expected [3]");
    expect(() => takeArray(container, "a", "u2", [null, 2])).toThrow("expected [any, 2]");
  });
  it("refuses a length that is not that of the shape", () => {
    const bytes = containerBytes([{ name: "a", dtype: "u2", shape: [3], bytes: words(1, 2) }], {});
    expect(() => takeArray(decodeContainer(bytes.buffer), "a", "u2", [3])).toThrow("not those of its shape");
  });
});

describe("decodeFrame", () => {
  const frame = makeFrame(
    [
      [0, 1, 3],
      [0.5, 0.25, 65535, 2],
    ],
    { step: 7, bounds: [-1, -2, 3, 4] },
  );
  it("brings back every column", () => {
    expect(decodeFrame(frameBytes(frame).buffer, 7, [-1, -2, 3, 4])).toEqual(frame);
  });
  it("refuses columns of different lengths", () => {
    const bytes = containerBytes([
      { name: "positions", dtype: "u2", shape: [2, 2], bytes: words(1, 2, 3, 4) },
      { name: "prediction", dtype: "u2", shape: [1], bytes: words(1) },
    ]);
    expect(() => decodeFrame(bytes.buffer, 0, [0, 0, 1, 1])).toThrow(
      '"prediction" has shape [1], expected [2]',
    );
  });
});

describe("decodeLandscape", () => {
  it("brings back cells and bounds", () => {
    const landscape = makeLandscape(3, (column, row) => [300 * column, row, 255], {
      step: 2,
      bounds: [0, 1, 2, 3],
    });
    expect(decodeLandscape(landscapeBytes(landscape).buffer, 2)).toEqual(landscape);
    const withEntropy = { ...landscape, entropy: Uint8Array.from([0, 3, 6, 9, 12, 15, 18, 21, 255]) };
    expect(decodeLandscape(landscapeBytes(withEntropy).buffer, 2)).toEqual(withEntropy);
  });
  it("refuses a grid that is not square", () => {
    const bytes = containerBytes(
      [{ name: "landscape", dtype: "u1", shape: [1, 2, 4], bytes: new Uint8Array(8) }],
      { bounds: [0, 0, 1, 1] },
    );
    expect(() => decodeLandscape(bytes.buffer, 0)).toThrow("1 x 2");
  });
});

describe("parseBounds", () => {
  it.each([[[0, 0, 0, 1]], [[0, 1, 1, 0]], [[0, 0, null, 1]], [[0, 0, 1]], ["0011"]])(
    "refuses %o",
    (value) => {
      expect(() => parseBounds(value)).toThrow(CodecError);
    },
  );
});

describe("decodeOutcomes", () => {
  it("gives back what was written, and losses as numbers", () => {
    const written = {
      prediction: Uint16Array.of(3, 65_535),
      runnerUp: Uint16Array.of(1, 65_535),
      confidence: Uint8Array.of(200, 0),
      margin: Uint8Array.of(150, 0),
      entropy: Uint8Array.of(80, 0),
    };
    const { loss, ...outcomes } = decodeOutcomes(outcomesBytes(written, [0x3c00, 0x7e00]).buffer, 7);
    expect(outcomes).toEqual({ step: 7, ...written });
    expect([...loss]).toEqual([1, Number.NaN]);
  });

  it("refuses columns of different lengths", () => {
    const uneven = {
      prediction: Uint16Array.of(3),
      runnerUp: Uint16Array.of(1),
      confidence: Uint8Array.of(2),
      margin: Uint8Array.of(1),
      entropy: Uint8Array.of(1),
    };
    const bytes = outcomesBytes(uneven, [0x3c00, 0x3c00]);
    expect(() => decodeOutcomes(bytes.buffer, 0)).toThrow(CodecError);
  });
});

it("decodes the rows that were chosen", () => {
  expect(decodeRows(rowsBytes(2, 70_000).buffer)).toEqual(Int32Array.of(2, 70_000));
});
