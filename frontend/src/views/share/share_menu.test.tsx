import { act, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { Client } from "../../data/client";
import { EmbeddedClient } from "../../data/embedded";
import { renderWith, storeWith } from "../testing";
import * as picture from "./picture";
import { ShareMenu } from "./share_menu";

afterEach(() => vi.restoreAllMocks());

/** A store whose server answers as it is told, and notes what it is asked. */
function served(answer: () => Response) {
  const asked: { url: string; method: string; body: unknown }[] = [];
  const store = storeWith();
  store.data.client.value = new Client({
    base: "http://server/",
    retryDelaysMs: [],
    fetch: async (url, init) => {
      asked.push({ url: String(url), method: init?.method ?? "GET", body: init?.body ?? null });
      return answer();
    },
  });
  return { store, asked };
}

test("a table is the server's file: of all samples, or of those that are selected", async () => {
  const saved = vi.spyOn(picture, "download").mockImplementation(() => {});
  const { store, asked } = served(() => new Response("id,step\r\n"));
  renderWith(store, <ShareMenu />);
  fireEvent.click(screen.getByRole("button", { name: "CSV" }));
  await waitFor(() => expect(saved).toHaveBeenCalledTimes(1));
  const [name, pieces] = saved.mock.calls[0] ?? ["", []];
  expect(name).toMatch(/\.csv$/);
  expect(new TextDecoder().decode(pieces[0] as ArrayBuffer)).toBe("id,step\r\n");
  const query = new URL(asked[0]?.url ?? "").searchParams;
  expect([query.get("format"), query.get("layer")]).toEqual(["csv", store.view.layer.value]);
  expect(asked[0]?.method).toBe("GET");
  act(() => store.explore.selectRows([3, 1], "replace"));
  expect(screen.getByText("The selection, 2 samples")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Parquet" }));
  await waitFor(() => expect(asked).toHaveLength(2));
  expect([asked[1]?.method, asked[1]?.body]).toEqual(["POST", "[1,3]"]);
});

test("why there is no table is said in the menu", async () => {
  const { store } = served(() => new Response("Parquet needs another package.", { status: 422 }));
  renderWith(store, <ShareMenu />);
  fireEvent.click(screen.getByRole("button", { name: "Parquet" }));
  await screen.findByText("Parquet needs another package.");
});

test("a page without a server offers no tables", () => {
  const store = storeWith();
  store.data.client.value = new EmbeddedClient({ answers: [], absent: {} }, () => "");
  renderWith(store, <ShareMenu />);
  expect(screen.queryByRole("button", { name: "CSV" })).toBeNull();
  expect(screen.getByRole("button", { name: "PNG" })).toBeTruthy();
});
