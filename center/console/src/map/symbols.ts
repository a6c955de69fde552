// The map's symbols, drawn on a canvas: what a thing is decides the shape, what it is doing the mark and the colour.
// Knows: shapes. Refuses to know: where anything is.
//
// A symbol's name says all of it, so MapLibre can ask for one it does not have yet:
// unit/<theme>/<own or hue>/<status>/<moving>/<stale>, incident/<theme>/<priority>, aircraft/<theme>/<own>,
// reader/<theme>, camera/<theme>/<open>/<state>, flag/<theme>/<state>, shield/<theme>
import { PALETTES, type Palette, type Status, statusOf, type Theme } from "./palette.ts";

export const PIXEL_RATIO = 2;
const SIDE = 30;

type Pen = CanvasRenderingContext2D;

/** A canvas whose origin is its middle and whose unit is a CSS pixel. */
function pen(side: number): Pen {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side * PIXEL_RATIO;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no 2D canvas");
  context.scale(PIXEL_RATIO, PIXEL_RATIO);
  context.translate(side / 2, side / 2);
  context.lineJoin = context.lineCap = "round";
  return context;
}

function polygon(context: Pen, points: readonly (readonly [number, number])[]): void {
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.closePath();
}

function disc(context: Pen, radius: number, y = 0): void {
  context.beginPath();
  context.arc(0, y, radius, 0, Math.PI * 2);
  context.closePath();
}

/** One's own: a solid arrowhead, or a disc at rest. Others: a slim kite, or a diamond at rest. */
function outline(context: Pen, own: boolean, moving: boolean): void {
  if (own && moving)
    polygon(context, [
      [0, -11.5],
      [8.5, 9],
      [0, 5],
      [-8.5, 9],
    ]);
  else if (own) disc(context, 7.5);
  else if (moving)
    polygon(context, [
      [0, -11],
      [6.5, 3],
      [0, 8.5],
      [-6.5, 3],
    ]);
  else
    polygon(context, [
      [0, -8.5],
      [8.5, 0],
      [0, 8.5],
      [-8.5, 0],
    ]);
}

function mark(context: Pen, status: Status, color: string): void {
  context.strokeStyle = context.fillStyle = color;
  context.lineWidth = 2.2;
  context.beginPath();
  if (status === "enroute") {
    context.moveTo(-3, 2.5);
    context.lineTo(0, -1);
    context.lineTo(3, 2.5);
    context.stroke();
  } else if (status === "on-scene") {
    disc(context, 2.9, 1);
    context.fill();
  } else if (status === "pursuit") {
    for (const y of [-2, 2.5]) {
      context.moveTo(-3, y + 3);
      context.lineTo(0, y - 0.5);
      context.lineTo(3, y + 3);
    }
    context.stroke();
  } else if (status === "out-of-service") {
    context.moveTo(-3, 1.5);
    context.lineTo(3, 1.5);
    context.stroke();
  }
}

function emergency(context: Pen, colors: Palette): void {
  context.lineWidth = 2;
  context.strokeStyle = colors.status.emergency;
  disc(context, 13);
  context.stroke();
  disc(context, 9.5);
  context.fillStyle = colors.status.emergency;
  context.fill();
  context.fillStyle = "#fff";
  context.fillRect(-1.4, -5.5, 2.8, 6.5);
  disc(context, 1.7, 4);
  context.fill();
}

function unit(colors: Palette, kin: string, word: string, moving: boolean, stale: boolean): Pen {
  const context = pen(SIDE);
  const status = statusOf(word);
  if (status === "emergency") {
    emergency(context, colors);
    return context;
  }
  const own = kin === "own";
  const hue = own ? colors.status[status] : (colors.agencies[Number(kin)] ?? colors.status.other);
  const hollow = !own || stale;
  outline(context, own, moving);
  context.lineWidth = hollow ? 5 : 3;
  context.strokeStyle = colors.ink;
  context.stroke();
  context.fillStyle = hollow ? colors.land : hue;
  context.fill();
  if (hollow) {
    if (stale) context.setLineDash([2.2, 3]);
    context.lineWidth = 2.2;
    context.strokeStyle = hue;
    context.stroke();
    context.setLineDash([]);
  }
  mark(context, status, hollow ? colors.status[status] : colors.ink);
  return context;
}

function incident(colors: Palette, priority: number): Pen {
  const context = pen(SIDE);
  const color = colors.priority[Math.min(Math.max(priority, 1), colors.priority.length) - 1] ?? colors.text;
  context.beginPath();
  context.roundRect(-10, -10, 20, 20, 5);
  context.lineWidth = 3;
  context.strokeStyle = colors.ink;
  context.stroke();
  context.fillStyle = color;
  context.fill();
  context.fillStyle = colors.ink;
  context.font = "700 13px Inter, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(priority > 0 ? String(priority) : "?", 0, 0.8);
  return context;
}

function aircraft(colors: Palette, own: boolean): Pen {
  const context = pen(SIDE);
  const half: [number, number][] = [
    [0, -12],
    [1.8, -8],
    [1.8, -3.5],
    [11, 3],
    [11, 5],
    [1.8, 2],
    [1.6, 8],
    [4.5, 10.5],
    [4.5, 12],
    [0, 11],
  ];
  polygon(context, [...half, ...half.toReversed().map(([x, y]): [number, number] => [-x, y])]);
  context.lineWidth = 2.5;
  context.strokeStyle = colors.ink;
  context.stroke();
  context.fillStyle = own ? colors.ownAircraft : colors.aircraft;
  context.fill();
  return context;
}

function reader(colors: Palette): Pen {
  const context = pen(20);
  context.beginPath();
  context.roundRect(-6, -4.5, 12, 9, 2);
  context.fillStyle = colors.land;
  context.fill();
  context.lineWidth = 1.6;
  context.strokeStyle = colors.reader;
  context.stroke();
  disc(context, 1.8);
  context.fillStyle = colors.reader;
  context.fill();
  return context;
}

/** Looks up, the way it faces; hollow where it may not be watched, in the accent while it is. */
function camera(colors: Palette, open: boolean, state: string): Pen {
  const context = pen(22);
  const color = state === "live" ? colors.accent : state === "idle" ? colors.reader : colors.alarm;
  polygon(context, [
    [-5, -2],
    [0, -8],
    [5, -2],
    [5, 7],
    [-5, 7],
  ]);
  context.fillStyle = open ? color : colors.land;
  context.fill();
  context.lineWidth = 1.6;
  context.strokeStyle = open ? colors.ink : color;
  context.stroke();
  return context;
}

/** Where a plate was last seen: filled while nobody has looked, hollow while somebody is at it. */
function flag(colors: Palette, state: string): Pen {
  const context = pen(SIDE);
  const raised = state === "raised";
  const color = raised ? colors.alarm : colors.warn;
  polygon(context, [
    [0, -11],
    [11, 0],
    [0, 11],
    [-11, 0],
  ]);
  context.lineWidth = 4.5;
  context.strokeStyle = colors.ink;
  context.stroke();
  context.fillStyle = raised ? color : colors.land;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = color;
  context.stroke();
  context.fillStyle = raised ? "#fff" : color;
  context.fillRect(-1.4, -5.5, 2.8, 6.5);
  disc(context, 1.7, 4);
  context.fill();
  return context;
}

/** A patrol box that is proposed. */
function box(colors: Palette): Pen {
  const context = pen(22);
  context.setLineDash([3, 2]);
  context.lineWidth = 1.8;
  context.strokeStyle = colors.warn;
  context.strokeRect(-7, -7, 14, 14);
  return context;
}

function shield(colors: Palette): Pen {
  const context = pen(20);
  context.beginPath();
  context.roundRect(-9, -9, 18, 18, 4);
  context.fillStyle = colors.shield;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = colors.road.trunk;
  context.stroke();
  return context;
}

function draw(name: string): Pen | null {
  const [what, theme, ...rest] = name.split("/");
  const colors = PALETTES[theme as Theme];
  if (colors === undefined) return null;
  const [first = "", second = "", third = "", fourth = ""] = rest;
  if (what === "unit") return unit(colors, first, second, third === "1", fourth === "1");
  if (what === "incident") return incident(colors, Number(first));
  if (what === "aircraft") return aircraft(colors, first === "own");
  if (what === "reader") return reader(colors);
  if (what === "camera") return camera(colors, first === "1", second);
  if (what === "flag") return flag(colors, first);
  if (what === "box") return box(colors);
  if (what === "shield") return shield(colors);
  return null;
}

export function symbol(name: string): ImageData | null {
  const canvas = draw(name);
  return canvas?.getImageData(0, 0, canvas.canvas.width, canvas.canvas.height) ?? null;
}

const urls = new Map<string, string>();

/** The same symbol for a list or the map's key; there are as many as there are names, which is few. */
export function symbolUrl(name: string): string {
  let url = urls.get(name);
  if (url === undefined) {
    url = draw(name)?.canvas.toDataURL() ?? "";
    urls.set(name, url);
  }
  return url;
}
