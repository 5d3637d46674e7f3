import { describe, expect, it } from "vitest";
import { formatLink, formatRanges, parseLink, parseRanges } from "./url";

describe("ranges", () => {
  it("are short and come back", () => {
    const classes = new Set([7, 0, 1, 2, 4, 9, 8]);
    expect(formatRanges(classes)).toBe("0-2,4,7-9");
    expect(parseRanges("0-2,4,7-9")).toEqual(classes);
  });
  it("leave out what is none", () => {
    expect(parseRanges("x,3,-2,5-,4-3,1.5,")).toEqual(new Set([3]));
    expect(parseRanges("65534-99999").size).toBe(2);
  });
});

describe("links", () => {
  const link = {
    run: "a&b=c/ü",
    layer: "fc2:input",
    method: "pca",
    epoch: 12.4,
    camera: { x: -1.25, y: 3, zoom: 0.125 },
    hide: new Set([1, 2, 3]),
  };

  it("come back", () => {
    expect(parseLink(formatLink(link, "hidden"))).toEqual(link);
  });

  it("keep everybody else's keys as they are written", () => {
    const fragment = "hidden&p.other.x=%2f&p.hidden.run=old&smoothing=0.6";
    expect(formatLink({ run: "new" }, fragment)).toBe("hidden&p.other.x=%2f&smoothing=0.6&p.hidden.run=new");
    expect(formatLink({}, fragment)).toBe("hidden&p.other.x=%2f&smoothing=0.6");
    expect(formatLink({}, "")).toBe("");
  });

  it("write nothing for an empty set", () => {
    expect(formatLink({ hide: new Set() }, "hidden")).toBe("hidden");
  });

  it.each([
    "hidden&p.hidden.epoch=x",
    "p.hidden.epoch=",
    "p.hidden.camera=1,2",
    "p.hidden.camera=1,2,0",
    "p.hidden.camera=1,2,3,4",
    "p.hidden.camera=a,2,3",
    "p.hidden.run=%E0%A4%A",
    "p.hidden.run",
    "p.hiddenrun=x",
    "",
  ])("count as unsaid when malformed: %s", (fragment) => {
    expect(parseLink(fragment)).toEqual({});
  });

  it("say whether lies are marked", () => {
    expect(parseLink(formatLink({ lies: true }, "hidden"))).toEqual({ lies: true });
    expect(parseLink("p.hidden.lies=0")).toEqual({});
  });

  it("read epoch 0", () => {
    expect(parseLink("p.hidden.epoch=0")).toEqual({ epoch: 0 });
  });
});

it("carries a query and a selection whatever characters they have", () => {
  const link = { query: 'label="a&b=c" and conf>80%', filter: true, selection: "i:a%2Cb,c" } as const;
  const fragment = formatLink(link, "hidden");
  expect(fragment.split("&").length).toBe(4);
  expect(parseLink(fragment)).toEqual(link);
});
