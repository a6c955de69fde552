// The map's style: the place itself, and empty sources for everything that moves.
// Knows: layers and their order. Refuses to know: the data, and any server but the center.
import type {
  ExpressionSpecification,
  LayerSpecification,
  SourceSpecification,
  StyleSpecification,
} from "maplibre-gl";
import { SANS, SANS_STRONG } from "./fonts.ts";
import { liveLayers } from "./live.ts";
import { PALETTES, type Palette, type Theme } from "./palette.ts";

const LIVE = [
  "readers",
  "views",
  "looking",
  "cameras",
  "circles",
  "surface",
  "boxes",
  "burglaries",
  "trails",
  "track",
  "next",
  "stops",
  "units",
  "aircraft",
  "incidents",
  "flags",
  "picked",
];

const onZoom = (...stops: number[]): ExpressionSpecification =>
  ["interpolate", ["exponential", 1.5], ["zoom"], ...stops] as ExpressionSpecification;

const ROAD_WIDTHS: [keyof Palette["road"], number, ExpressionSpecification][] = [
  ["street", 11.5, onZoom(11, 0.4, 14, 1.6, 18, 9)],
  ["secondary", 8.5, onZoom(8, 0.5, 12, 1.6, 18, 13)],
  ["primary", 0, onZoom(8, 0.7, 12, 2.2, 18, 16)],
  ["trunk", 0, onZoom(8, 1, 12, 2.8, 18, 19)],
  ["motorway", 0, onZoom(8, 1.5, 12, 3.8, 18, 24)],
];

function isLayer(layer: string): ExpressionSpecification {
  return ["==", ["get", "layer"], layer];
}

function isArea(layer: string): ExpressionSpecification {
  return ["all", isLayer(layer), ["in", ["geometry-type"], ["literal", ["Polygon", "MultiPolygon"]]]];
}

function isRoad(road: string): ExpressionSpecification {
  return ["all", isLayer("road"), ["==", ["get", "class"], road]];
}

function ground(colors: Palette): LayerSpecification[] {
  return [
    { id: "outside", type: "background", paint: { "background-color": colors.outside } },
    {
      id: "land",
      type: "fill",
      source: "place",
      filter: isArea("boundary"),
      paint: { "fill-color": colors.land },
    },
    {
      id: "water",
      type: "fill",
      source: "place",
      filter: isArea("water"),
      paint: { "fill-color": colors.water },
    },
    {
      id: "streams",
      type: "line",
      source: "place",
      filter: ["all", isLayer("water"), ["!", isArea("water")]],
      paint: { "line-color": colors.water, "line-width": onZoom(8, 1, 14, 6) },
    },
    {
      id: "boundary",
      type: "line",
      source: "place",
      filter: isLayer("boundary"),
      paint: { "line-color": colors.boundary, "line-width": 1.2, "line-dasharray": [4, 2.5] },
    },
  ];
}

function roads(colors: Palette): LayerSpecification[] {
  return ROAD_WIDTHS.map(([road, minzoom, width]) => ({
    id: `road-${road}`,
    type: "line",
    source: "place",
    filter: isRoad(road),
    minzoom,
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": colors.road[road], "line-width": width },
  }));
}

function roadNames(colors: Palette): LayerSpecification[] {
  const major: ExpressionSpecification = [
    "in",
    ["get", "class"],
    ["literal", ["motorway", "trunk", "primary"]],
  ];
  return [
    {
      id: "road-names",
      type: "symbol",
      source: "place",
      minzoom: 12.5,
      filter: ["all", isLayer("road"), ["!", major], ["has", "name"]],
      layout: {
        "symbol-placement": "line",
        "symbol-spacing": 320,
        "text-field": ["get", "name"],
        "text-font": SANS,
        "text-size": 11,
      },
      paint: { "text-color": colors.text, "text-halo-color": colors.halo, "text-halo-width": 1.2 },
    },
    {
      id: "road-shields",
      type: "symbol",
      source: "place",
      minzoom: 8.5,
      filter: ["all", isLayer("road"), major, ["has", "name"]],
      layout: {
        "symbol-placement": "line",
        "symbol-spacing": 420,
        "text-field": ["get", "name"],
        "text-font": SANS_STRONG,
        "text-size": 10,
        "text-rotation-alignment": "viewport",
        "text-padding": 12,
        "icon-image": ["concat", "shield/", colors === PALETTES.dark ? "dark" : "light"],
        "icon-rotation-alignment": "viewport",
        "icon-text-fit": "both",
        "icon-text-fit-padding": [2, 4, 2, 4],
      },
      paint: { "text-color": colors.shieldText },
    },
  ];
}

function places(colors: Palette): LayerSpecification[] {
  const population: ExpressionSpecification = ["coalesce", ["get", "population"], 0];
  return [
    {
      id: "places",
      type: "symbol",
      source: "place",
      filter: isLayer("place"),
      layout: {
        "symbol-sort-key": ["-", population],
        "text-field": ["get", "name"],
        "text-font": SANS_STRONG,
        "text-size": ["interpolate", ["linear"], population, 0, 11, 5000, 12, 20000, 13.5, 80000, 16],
        "text-letter-spacing": 0.02,
        "text-padding": 4,
        "text-variable-anchor": ["center", "top", "bottom", "left", "right"],
        "text-radial-offset": 0.8,
      },
      paint: { "text-color": colors.strongText, "text-halo-color": colors.halo, "text-halo-width": 1.5 },
    },
    {
      id: "water-names",
      type: "symbol",
      source: "place",
      minzoom: 10,
      filter: ["all", isLayer("water"), ["has", "name"]],
      layout: {
        "text-field": ["get", "name"],
        "text-font": SANS,
        "text-size": 11,
        "text-letter-spacing": 0.06,
      },
      paint: { "text-color": colors.waterText, "text-halo-color": colors.water, "text-halo-width": 1 },
    },
  ];
}

/** `mapUrl`: where the place's GeoJSON is; MapLibre's worker fetches it, with the session's cookie. */
export function styleOf(theme: Theme, mapUrl: string): StyleSpecification {
  const colors = PALETTES[theme];
  const sources: Record<string, SourceSpecification> = {
    place: { type: "geojson", data: mapUrl, tolerance: 0.3 },
  };
  for (const id of LIVE) {
    sources[id] = { type: "geojson", data: { type: "FeatureCollection", features: [] }, buffer: 32 };
  }
  return {
    version: 8,
    sources,
    layers: [
      ...ground(colors),
      ...roads(colors),
      ...places(colors).slice(1),
      ...roadNames(colors),
      ...liveLayers(colors, places(colors).slice(0, 1)),
    ],
  };
}
