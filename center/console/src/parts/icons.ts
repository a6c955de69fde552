// The page's icons on a 16 by 16 grid. A leading "!" fills the path instead of stroking it.

export const ICONS = {
  raised: ["!M8 1.4 15.3 14.2H.7Z", "knock M8 6v4 M8 12v.2"],
  acknowledged: ["M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Z", "!M8 2a6 6 0 0 0 0 12Z"],
  confirmed: ["!M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Z", "knock M5.2 8.2 7.2 10.2 11 6"],
  dismissed: ["M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Z", "M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4"],
  alive: ["!M8 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8Z"],
  late: ["!M8 3 14 13H2Z"],
  silent: ["!M3.5 3.5h9v9h-9Z", "knock M6 6l4 4M10 6l-4 4"],
  never: ["M8 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8Z"],
  sent: ["M2 8h10M8.5 4.5 12 8l-3.5 3.5"],
  acked: ["M1.5 8.5l3 3 5-6M8.5 11l.5.5 5.5-6.5"],
  emergency: ["M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Z", "M8 4.8v4M8 11.2v.1"],
  camera: ["M1.5 4.5h9v7h-9zM10.5 7l4-2v6l-4-2"],
  keep: ["M3 2.5h10v11l-5-3-5 3Z"],
  audio: ["M8 1.8a2 2 0 0 1 2 2V8a2 2 0 0 1-4 0V3.8a2 2 0 0 1 2-2ZM3.8 7.8a4.2 4.2 0 0 0 8.4 0M8 12v2.4"],
  place: [
    "M8 14.3S3.2 9.6 3.2 6.3a4.8 4.8 0 0 1 9.6 0c0 3.3-4.8 8-4.8 8Z",
    "M8 4.7a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4Z",
  ],
  backward: ["M3 8a5.2 5.2 0 1 0 1.6-3.8M3 2.2v3h3M8 5.2V8l2 1.6"],
  list: ["M5.5 4H14M5.5 8H14M5.5 12H14M2 4h.2M2 8h.2M2 12h.2"],
  feed: ["M8 12.5v.1M5.2 10a4 4 0 0 1 5.6 0M2.6 7.2a7.7 7.7 0 0 1 10.8 0"],
  reader: ["M1.8 4.5h12.4v7.5H1.8z", "M8 6.2a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z"],
  same: ["M4 6.2h8M4 9.8h8"],
  alike: ["M3.5 6.4c1.5-1.6 3-1.6 4.5-.2s3 1.4 4.5-.2M3.5 10.4c1.5-1.6 3-1.6 4.5-.2s3 1.4 4.5-.2"],
  different: ["M4 6.2h8M4 9.8h8M10.5 3l-5 10"],
  close: ["M4 4l8 8M12 4l-8 8"],
  plus: ["M8 3v10M3 8h10"],
  minus: ["M3 8h10"],
  whole: ["M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10"],
  layers: ["M8 2.2 14 5.5 8 8.8 2 5.5ZM2.4 8.6 8 11.6l5.6-3M2.4 11 8 14l5.6-3"],
  theme: ["M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Z", "!M8 2a6 6 0 0 1 0 12Z"],
  keys: ["M1.5 4h13v8.5h-13zM4 6.8h.1M6.7 6.8h.1M9.4 6.8h.1M12 6.8h.1M5 10h6"],
  leave: ["M6.5 2.5h-4v11h4M6.5 8h7.5M11 5l3 3-3 3"],
  chevron: ["M4 6l4 4 4-4"],
  lost: [
    "M2 2l12 12M8 12.5v.1M5.2 10a4 4 0 0 1 3.3-1.1M2.6 7.2A7.6 7.6 0 0 1 5.5 5.4M8.6 4.9a7.7 7.7 0 0 1 4.8 2.3",
  ],
} as const satisfies Record<string, readonly string[]>;

export type IconName = keyof typeof ICONS;
