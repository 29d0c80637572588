import { expect, test } from "vitest";
import en from "./en.json";
import fr from "./fr.json";

type Texts = { [key: string]: string | Texts };

function entries(texts: Texts, path = ""): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === "string" ? [[path + key, value]] : entries(value, `${path}${key}.`),
  );
}

const placeholders = (text: string) => (text.match(/{{\w+}}|<\/?\w+>/g) ?? []).sort();

test("both languages have the same texts", () => {
  const keys = (texts: Texts) => entries(texts).map(([key]) => key);
  expect(keys(fr)).toEqual(keys(en));
});

test("both languages fill in the same values", () => {
  const french = new Map(entries(fr));
  for (const [key, text] of entries(en)) {
    expect(placeholders(french.get(key) ?? ""), key).toEqual(placeholders(text));
  }
});

test("no text is empty", () => {
  for (const [key, text] of [...entries(en), ...entries(fr)]) expect(text.trim(), key).not.toBe("");
});
