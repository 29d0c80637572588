/** Dates, lengths and shares as they are shown, in the locale of the browser. */

const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const PERCENT = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });

export function date(moment: string): string {
  return DATE.format(new Date(moment));
}

/** A share from 0 to 1. */
export function percent(share: number): string {
  return PERCENT.format(share);
}

export function number(value: number, digits = 2): string {
  return value.toLocaleString(undefined, { maximumFractionDigits: digits });
}

/** An exact amount of money, of which no currency is known, with the decimals that it has. */
export function amount(exact: string): string {
  const digits = exact.split(".")[1]?.length ?? 0;
  const format = new Intl.NumberFormat(undefined, { minimumFractionDigits: digits });
  return format.format(exact as Intl.StringNumericLiteral);
}

/** Seconds as a place in a recording: 0:04, 12:30, 1:02:03; with decimals 0:04.2. */
export function clock(seconds: number, decimals = 0): string {
  const rounded = Number(seconds.toFixed(decimals));
  const [hours, minutes] = [Math.floor(rounded / 3600), Math.floor((rounded % 3600) / 60)];
  const padded = (part: string) => part.padStart(decimals > 0 ? decimals + 3 : 2, "0");
  const rest = padded((rounded % 60).toFixed(decimals));
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** Seconds as a length in words of the locale, in its two largest units: 1 hr 5 min, 0.4 sec. */
export function length(seconds: number): string {
  const step = seconds < 10 ? 0.1 : 1;
  const whole = Math.max(0, Math.round(seconds / step) * step);
  const parts: [number, string][] = [
    [Math.floor(whole / 3600), "hour"],
    [Math.floor((whole % 3600) / 60), "minute"],
    [whole % 60, "second"],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  const shown = first < 0 ? parts.slice(2) : parts.slice(first, first + 2);
  return shown
    .filter(([value], place) => place === 0 || value > 0)
    .map(([value, unit]) =>
      value.toLocaleString(undefined, {
        style: "unit",
        unit,
        unitDisplay: "short",
        maximumFractionDigits: 1,
      }),
    )
    .join(" ");
}

/** Words of the server about a name, which keeps to itself in which direction it is written. */
export function isolated(words: string, name: string): string {
  return words.replaceAll(name, () => `\u2068${name}\u2069`);
}
