import { expect, test, vi } from "vitest";
import { put } from "./put";

test("nothing is sent once an end was asked for", async () => {
  const request = vi.fn();
  vi.stubGlobal("XMLHttpRequest", request);
  const enough = AbortSignal.abort(new Error("enough"));
  const sending = put("https://storage", {}, new Blob(["said"]), enough, () => undefined);
  await expect(sending).rejects.toThrow("enough");
  expect(request).not.toHaveBeenCalled();
  vi.unstubAllGlobals();
});
