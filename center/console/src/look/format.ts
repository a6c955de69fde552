// Numbers as words, in the units an American operations room speaks.
// Knows: how times, ages, speeds and distances read. Refuses to know what time it is.
import type { Micros } from "../wire/views.ts";

export const SECOND = 1_000_000;
const MPS_TO_MPH = 2.236936;
const MPS_TO_KNOTS = 1.943844;
const M_TO_FEET = 3.28084;
const M_PER_MILE = 1609.344;

export interface Zone {
  clock(at: Micros): string;
  date(at: Micros): string;
  name(at: Micros): string;
  /** As a field of type `datetime-local` holds it: `2026-01-15T02:04`. */
  field(at: Micros): string;
  /** The moment that such a field means here, or null; of an hour that comes twice, one of the two. */
  moment(field: string): Micros | null;
}

/** Formats in one time zone; an unknown or absent name falls back to the browser's own zone. */
export function zone(name: string | null | undefined): Zone {
  const build = (timeZone: string | undefined): Zone => {
    const clock = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    const date = new Intl.DateTimeFormat("en-US", {
      timeZone,
      weekday: "short",
      month: "short",
      day: "numeric",
    });
    const short = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "short" });
    // Swedes write a date and a time as the field does.
    const whole = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
    const field = (at: Micros): string => whole.format(at / 1000).replace(" ", "T");
    const asIfUtc_us = (text: string): number => Date.parse(`${text}Z`) * 1000;
    return {
      clock: (at) => clock.format(at / 1000),
      date: (at) => date.format(at / 1000),
      name: (at) => short.formatToParts(at / 1000).find((part) => part.type === "timeZoneName")?.value ?? "",
      field,
      moment: (text) => {
        const named = asIfUtc_us(text);
        if (Number.isNaN(named)) return null;
        let at = named;
        for (let look = 0; look < 2; look++) at += named - asIfUtc_us(field(at));
        return at;
      },
    };
  };
  try {
    return build(name ?? undefined);
  } catch {
    return build(undefined);
  }
}

const two = (value: number): string => String(value).padStart(2, "0");

/**
 * `42 s`, `4 min 07`, `12 min`, `3 h 05`, `2 d 4 h`; never with a colon, which beside a clock reads as a time of day. A
 * moment that lies ahead reads `0 s`.
 */
export function ageText(age_us: number): string {
  const seconds = Math.max(0, Math.floor(age_us / SECOND));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours >= 24) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${two(minutes % 60)}`;
  if (minutes >= 10) return `${minutes} min`;
  return minutes > 0 ? `${minutes} min ${two(seconds % 60)}` : `${seconds} s`;
}

/** The same for running text: `42 s`, `12 min`, `9 h`, `2 d 4 h`. */
export function roughAge(age_us: number): string {
  const seconds = Math.max(0, Math.floor(age_us / SECOND));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

export function mph(speed_mps: number): string {
  return `${Math.round(speed_mps * MPS_TO_MPH)} mph`;
}

export function knots(speed_mps: number): string {
  return `${Math.round(speed_mps * MPS_TO_KNOTS)} kt`;
}

export function feet(length_m: number): string {
  return `${Math.round(length_m * M_TO_FEET).toLocaleString("en-US")} ft`;
}

/** Feet up to a quarter mile, then miles. */
export function distance(length_m: number): string {
  if (length_m < M_PER_MILE / 4) return `${Math.round((length_m * M_TO_FEET) / 10) * 10} ft`;
  return `${(length_m / M_PER_MILE).toFixed(1)} mi`;
}

/** The center's own words count in metres; whoever reads them here, in feet and miles. */
export function inFeet(words: string): string {
  return words.replace(/\b(\d+) m\b/g, (_, metres) => distance(Number(metres)));
}

/** Road time: `45 s`, `4 min 30`. */
export function roadTime(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const rest = whole % 60;
  return rest === 0 ? `${Math.floor(whole / 60)} min` : `${Math.floor(whole / 60)} min ${two(rest)}`;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A probability in words that never claim certainty: `97 %`, `over 99 %`, `under 1 %`. */
export function likelihood(share: number): string {
  if (share > 0.99) return "over 99 %";
  return share < 0.01 ? "under 1 %" : percent(share);
}

const COMPASS = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];

export function compass(course_deg: number): string {
  return COMPASS[Math.round((((course_deg % 360) + 360) % 360) / 45) % 8] ?? "N";
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}

/** The center gives its reasons without a capital and a full stop, to be said after a colon; alone they are sentences. */
export function asSentence(words: string): string {
  const [first = ""] = words.split(" ");
  const begun = /\d/.test(first) ? words : words.charAt(0).toUpperCase() + words.slice(1);
  return begun === "" || /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}

/** What is not said as it is written. */
const SAID: Record<string, string> = { bolo: "BOLO", enroute: "En route" };

/** `on-scene` → `On scene`. */
export function sentence(word: string): string {
  const said = SAID[word];
  if (said !== undefined) return said;
  const spaced = word.replaceAll("-", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
