import type { TFunction } from "i18next";
import { Problem } from "../api/problem";
import en from "./en.json";

/** An error in words: what happened, and what to know or do about it. */
export interface Fault {
  title: string;
  detail: string | null;
}

type Code = keyof typeof en.errors;
type Hinted = keyof typeof en.hints;

const isCode = (code: string): code is Code => Object.hasOwn(en.errors, code);
const isHinted = (code: string): code is Hinted => Object.hasOwn(en.hints, code);

/** Codes whose single faults say all there is to say, in the server's words. */
const FAULTS_SAY_IT = new Set(["validation_failed", "invalid-request"]);

/** Codes whose details are for those who run the server, or say less. */
const HINTS_SAY_MORE = new Set(["service-unavailable", "rate-limited", "no-claims-available"]);

export function faultOf(error: unknown, t: TFunction): Fault {
  if (!(error instanceof Problem)) {
    // A fetch that gets no answer throws a TypeError.
    const code = error instanceof TypeError ? "network" : "unknown";
    return { title: t(`errors.${code}`), detail: isHinted(code) ? t(`hints.${code}`) : null };
  }
  const [first] = error.faults;
  if (FAULTS_SAY_IT.has(error.code) && first) return { title: counted(first, t), detail: null };
  return faultOfCode(error.code, error.detail, t);
}

/** The server counts the entries of a list from 0. */
function counted(words: string, t: TFunction): string {
  return words.replace(/items\.(\d+)/g, (_, place) => t("glossary.entry", { number: +place + 1 }));
}

/** The words for a code, with the server's own where the panel does not know it. */
export function faultOfCode(code: string, detail: string | null, t: TFunction): Fault {
  if (!isCode(code) || code === "unknown") {
    return { title: detail ?? t("errors.unknown"), detail: null };
  }
  const hint = isHinted(code) ? t(`hints.${code}`) : null;
  const [first, second] = HINTS_SAY_MORE.has(code) ? [hint, detail] : [detail, hint];
  return { title: t(`errors.${code}`), detail: first ?? second };
}

/** On one line, where there is room for no more. */
export function lineOf({ title, detail }: Fault): string {
  return detail ? `${title}. ${detail}` : title;
}
