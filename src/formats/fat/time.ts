import type { Timestamp } from '../entry.js';

/** A point in time as directory entries have it. */
export interface FatTime {
  readonly date: number;
  readonly time: number;
  /** What `time` leaves out: 0 to 199 hundredths of a second. */
  readonly hundredths: number;
}

const FIRST_SECONDS = Date.UTC(1980, 0, 1) / 1000;
const LAST_SECONDS = Date.UTC(2107, 11, 31, 23, 59, 59) / 1000;

/**
 * A time as FAT keeps it, moved into the years it can say, 1980 to 2107. It is UTC: FAT has no time
 * zones, and that of whoever builds a disk must not show.
 *
 * What is finer than hundredths of a second is cut off.
 */
export function toFatTime({ seconds, nanoseconds = 0 }: Timestamp): FatTime {
  const isKept = seconds >= FIRST_SECONDS && seconds <= LAST_SECONDS;
  const date = new Date(Math.min(Math.max(seconds, FIRST_SECONDS), LAST_SECONDS) * 1000);
  const second = date.getUTCSeconds();
  return {
    date:
      ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate(),
    time: (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (second >> 1),
    hundredths: (second & 1) * 100 + (isKept ? Math.floor(nanoseconds / 1e7) : 0),
  };
}

/**
 * A time of a directory entry, taken as UTC.
 *
 * @returns undefined for a date there is not, such as the zero that stands for none
 */
export function fromFatTime({ date, time, hundredths }: FatTime): Timestamp | undefined {
  const [year, month, day] = [1980 + (date >> 9), (date >> 5) & 0xf, date & 0x1f];
  const [hour, minute, second] = [time >> 11, (time >> 5) & 0x3f, (time & 0x1f) * 2];
  const milliseconds = Date.UTC(year, month - 1, day, hour, minute, second);
  const isDay = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
  if (month < 1 || month > 12 || !isDay || hour > 23 || minute > 59 || second > 58)
    return undefined;
  return {
    seconds: milliseconds / 1000 + Math.floor(hundredths / 100),
    nanoseconds: (hundredths % 100) * 1e7,
  };
}
