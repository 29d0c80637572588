import { expect, test } from "vitest";
import type { Entry } from "../api/glossary";
import { withOthers } from "./others";

function entries(...terms: string[]): Entry[] {
  return terms.map((term) => ({ term, replacement: term, case_sensitive: false, language: null }));
}

const base = entries("one", "two", "three");

test("what nobody else has changed is what was edited, in its order", () => {
  const edited = entries("three", "new", "one");
  expect(withOthers(edited, base, base)).toEqual(edited);
});

test("what nobody has edited is what others made of it", () => {
  for (const now of [entries("one"), entries("one", "two", "three", "four"), entries()]) {
    expect(withOthers(base, base, now)).toEqual(now);
  }
});

test("both sides' changes are there", () => {
  const edited = entries("mine", "one", "three");
  const now = entries("one", "two", "theirs");
  expect(withOthers(edited, base, now)).toEqual(entries("mine", "one", "theirs"));
});

test("of an entry that both have changed, the last one's is kept", () => {
  const said = (replacement: string) => entries("Two").map((each) => ({ ...each, replacement }));
  expect(withOthers(said("mine"), entries("Two"), said("theirs"))).toEqual(said("mine"));
  expect(withOthers(entries("new"), [], entries("New"))).toEqual(entries("new"));
});

test("what both have added is there once", () => {
  const both = entries("one", "two", "three", "four");
  expect(withOthers(both, base, both)).toEqual(both);
});
