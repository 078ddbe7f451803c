/** Numbers and times in words that a tired reader takes in at a glance. */

const number = new Intl.NumberFormat("en");

export const count = (value: number): string => number.format(value);

export const plural = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`;

export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  let rest = value;
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${rest < 10 && unit > 0 ? rest.toFixed(1) : Math.round(rest)} ${units[unit]}`;
}

export function duration(seconds: number): string {
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

/** How long a disk lasts. What is years away is a guess and is told as one. */
export function daysLeft(days: number): string {
  if (days > 3650) return "more than 10 years";
  if (days > 730) return `about ${Math.round(days / 365)} years`;
  return plural(Math.floor(days), "day");
}

export function ago(time: string, now: number = Date.now()): string {
  const seconds = (now - Date.parse(time)) / 1000;
  if (Number.isNaN(seconds)) return "";
  if (seconds < 10) return "just now";
  return `${duration(seconds)} ago`;
}

const local = new Intl.DateTimeFormat("en-GB", {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

export function moment(time: string): string {
  const value = Date.parse(time);
  return Number.isNaN(value) ? time : local.format(value);
}

/** 20260102 (DICOM DA) as 2026-01-02. */
export function studyDate(date: string | null): string {
  if (date === null) return "";
  return /^\d{8}$/.test(date) ? `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}` : date;
}

/** An enumerated reason such as images_missing as words. */
export const words = (reason: string): string => reason.replaceAll("_", " ");
