// Layers of what moves and what needs attention, from the bottom to the top.
// Knows: how features.ts names its properties. Refuses to know: the place underneath.
import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import { SANS, SANS_STRONG } from "./fonts.ts";
import type { Palette } from "./palette.ts";

const size = (small: number, large: number): ExpressionSpecification => [
  "interpolate",
  ["linear"],
  ["zoom"],
  8,
  small,
  13,
  large,
];

/** Icons that are always drawn, whatever they cover: hiding a unit to tidy the map is not ours to do. */
const ALWAYS = { "icon-allow-overlap": true, "icon-ignore-placement": true } as const;

function icons(source: string, small: number, large: number): LayerSpecification {
  return {
    id: source,
    type: "symbol",
    source,
    layout: {
      ...ALWAYS,
      "icon-image": ["get", "icon"],
      "icon-size": size(small, large),
      "icon-rotate": ["get", "turn"],
      "icon-rotation-alignment": "map",
      "symbol-sort-key": ["get", "order"],
    },
    paint: { "icon-opacity": ["get", "fade"] },
  };
}

function labels(source: string, minzoom: number, colors: Palette, offset: number): LayerSpecification {
  return {
    id: `${source}-labels`,
    type: "symbol",
    source,
    minzoom,
    filter: ["has", "label"],
    layout: {
      "text-field": ["get", "label"],
      "text-font": SANS_STRONG,
      "text-size": 11,
      "text-variable-anchor": ["left", "right", "top", "bottom"],
      "text-radial-offset": offset,
      "text-justify": "auto",
      "symbol-sort-key": ["-", ["get", "order"]],
    },
    paint: {
      "text-color": colors.strongText,
      "text-halo-color": colors.halo,
      "text-halo-width": 1.4,
      "text-opacity": ["get", "fade"],
    },
  };
}

/** What cameras see: where fixed ones look, and the outline of an aircraft's picture on the ground. */
function seen(colors: Palette): LayerSpecification[] {
  const color: ExpressionSpecification = ["case", ["get", "live"], colors.accent, colors.reader];
  return [
    { id: "views", type: "fill", source: "views", minzoom: 11, paint: { "fill-color": color, "fill-opacity": 0.16 } },
    {
      id: "looking",
      type: "fill",
      source: "looking",
      paint: { "fill-color": colors.accent, "fill-opacity": ["*", 0.14, ["get", "fade"]] },
    },
    {
      id: "looking-edges",
      type: "line",
      source: "looking",
      paint: { "line-color": colors.accent, "line-width": 1.8, "line-opacity": ["get", "fade"] },
    },
  ];
}

/** Patrol boxes: proposed ones with a broken edge, those that are patrolled with a whole one. */
function boxes(colors: Palette): LayerSpecification[] {
  const edge = { "line-color": colors.warn, "line-width": 2 };
  const accepted: ExpressionSpecification = ["==", ["get", "state"], "accepted"];
  return [
    { id: "boxes", type: "fill", source: "boxes", paint: { "fill-color": colors.warn, "fill-opacity": 0.12 } },
    { id: "boxes-edge", type: "line", source: "boxes", filter: accepted, paint: edge },
    {
      id: "boxes-proposed",
      type: "line",
      source: "boxes",
      filter: ["!", accepted],
      paint: { ...edge, "line-width": 1.4, "line-dasharray": [2, 2] },
    },
    {
      id: "boxes-labels",
      type: "symbol",
      source: "boxes",
      minzoom: 10,
      filter: ["has", "label"],
      layout: { "text-field": ["get", "label"], "text-font": SANS_STRONG, "text-size": 11, "text-padding": 4 },
      paint: { "text-color": colors.warn, "text-halo-color": colors.halo, "text-halo-width": 1.6 },
    },
  ];
}

/** Where burglaries may come next, fainter the less is expected; and where they were, with the letter of a series. */
function patterns(colors: Palette): LayerSpecification[] {
  const lettered: ExpressionSpecification = ["!=", ["get", "letter"], ""];
  return [
    {
      id: "burglaries",
      type: "circle",
      source: "burglaries",
      paint: {
        "circle-radius": ["case", lettered, 8, 4],
        "circle-color": ["case", lettered, colors.alarm, colors.land],
        "circle-stroke-color": colors.alarm,
        "circle-stroke-width": 1.6,
      },
    },
    {
      id: "burglary-letters",
      type: "symbol",
      source: "burglaries",
      filter: lettered,
      layout: {
        "text-field": ["get", "letter"],
        "text-font": SANS_STRONG,
        "text-size": 10,
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: { "text-color": colors.ink },
    },
  ];
}

function surface(colors: Palette): LayerSpecification {
  const opacity: ExpressionSpecification = ["*", 0.55, ["sqrt", ["get", "share"]]];
  return { id: "surface", type: "fill", source: "surface", paint: { "fill-color": colors.alarm, "fill-opacity": opacity } };
}

function areas(): LayerSpecification[] {
  return [
    {
      id: "circles",
      type: "fill",
      source: "circles",
      paint: { "fill-color": ["get", "color"], "fill-opacity": 0.1 },
    },
    {
      id: "circle-edges",
      type: "line",
      source: "circles",
      paint: {
        "line-color": ["get", "color"],
        "line-width": 1.2,
        "line-opacity": 0.75,
        "line-dasharray": [3, 2],
      },
    },
    {
      id: "trails",
      type: "line",
      source: "trails",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": ["get", "color"], "line-width": 1.6, "line-opacity": 0.55 },
    },
  ];
}

/** The way the plate of the open alert took, on a dark edge so that it reads over roads. */
function track(colors: Palette): LayerSpecification[] {
  const layout = { "line-cap": "round", "line-join": "round" } as const;
  return [
    {
      id: "track-edge",
      type: "line",
      source: "track",
      layout,
      paint: { "line-color": colors.halo, "line-width": 5 },
    },
    {
      id: "track",
      type: "line",
      source: "track",
      layout,
      paint: { "line-color": colors.accent, "line-width": 2.4, "line-dasharray": [2, 1.8] },
    },
  ];
}

/** Where the car of the open alert can be next: rings around readers. */
function next(colors: Palette): LayerSpecification[] {
  return [
    {
      id: "next",
      type: "circle",
      source: "next",
      paint: {
        "circle-radius": 11,
        "circle-color": colors.accent,
        "circle-opacity": 0.18,
        "circle-stroke-color": colors.accent,
        "circle-stroke-width": 1.6,
      },
    },
    {
      id: "next-times",
      type: "symbol",
      source: "next",
      layout: {
        "text-field": ["get", "time"],
        "text-font": SANS,
        "text-size": 11,
        "text-variable-anchor": ["left", "right", "bottom", "top"],
        "text-radial-offset": 1.3,
        "symbol-sort-key": ["get", "order"],
      },
      paint: { "text-color": colors.accent, "text-halo-color": colors.halo, "text-halo-width": 1.6 },
    },
  ];
}

function stops(colors: Palette): LayerSpecification[] {
  return [
    {
      id: "stops",
      type: "circle",
      source: "stops",
      paint: {
        "circle-radius": 9,
        "circle-color": ["case", ["get", "last"], colors.accent, colors.land],
        "circle-stroke-color": colors.accent,
        "circle-stroke-width": 2,
      },
    },
    {
      id: "stop-numbers",
      type: "symbol",
      source: "stops",
      layout: {
        "text-field": ["get", "number"],
        "text-font": SANS_STRONG,
        "text-size": 11,
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: { "text-color": ["case", ["get", "last"], colors.ink, colors.accent] },
    },
    {
      id: "stop-times",
      type: "symbol",
      source: "stops",
      layout: {
        "text-field": ["get", "time"],
        "text-font": SANS,
        "text-size": 11,
        "text-variable-anchor": ["left", "right", "bottom", "top"],
        "text-radial-offset": 1.1,
      },
      paint: { "text-color": colors.strongText, "text-halo-color": colors.halo, "text-halo-width": 1.4 },
    },
  ];
}

function flags(colors: Palette): LayerSpecification[] {
  return [
    icons("flags", 0.8, 1),
    {
      id: "flag-labels",
      type: "symbol",
      source: "flags",
      layout: {
        "text-field": ["get", "label"],
        "text-font": SANS_STRONG,
        "text-size": 12,
        "text-anchor": "bottom",
        "text-offset": [0, -1.2],
        "text-allow-overlap": false,
        "text-optional": true,
        "symbol-sort-key": ["-", ["get", "order"]],
      },
      paint: { "text-color": ["get", "color"], "text-halo-color": colors.halo, "text-halo-width": 1.8 },
    },
  ];
}

/** `names`: of towns, above what stands (a reader covers no name) and below what moves. */
export function liveLayers(colors: Palette, names: readonly LayerSpecification[]): LayerSpecification[] {
  const ring: LayerSpecification = {
    id: "picked",
    type: "circle",
    source: "picked",
    paint: {
      "circle-radius": 17,
      "circle-color": "transparent",
      "circle-stroke-color": colors.accent,
      "circle-stroke-width": 2.5,
    },
  };
  return [
    surface(colors),
    ...boxes(colors),
    ...areas(),
    ...seen(colors),
    ...patterns(colors),
    icons("readers", 0.6, 0.95),
    icons("cameras", 0.6, 0.95),
    ...names,
    icons("units", 0.62, 1),
    labels("units", 11.5, colors, 1.1),
    icons("aircraft", 0.75, 1),
    labels("aircraft", 7, colors, 1.2),
    ...track(colors),
    icons("incidents", 0.85, 1),
    ...next(colors),
    ...stops(colors),
    ...flags(colors),
    ring,
  ];
}
