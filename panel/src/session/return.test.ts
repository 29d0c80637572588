import { beforeEach, expect, test, vi } from "vitest";
import { CALLBACK, rememberPlace, takePlace } from "./return";

function at(pathname: string, search = "") {
  vi.stubGlobal("window", { location: { pathname, search } });
}

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
});

test("the page that was asked for comes back once", () => {
  at("/custom-models", "?from=mail");
  rememberPlace();
  at(CALLBACK, "?code=1");
  rememberPlace();
  expect([takePlace(), takePlace()]).toEqual(["/custom-models?from=mail", "/"]);
});

test("an address that would lead to another host leads to the start", () => {
  at("//example.org/custom-models");
  rememberPlace();
  expect(takePlace()).toBe("/");
});
