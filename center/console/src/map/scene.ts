// The MapLibre map as the rest of the page sees it: data goes in by source, picks come out by kind.
// Knows: MapLibre. Refuses to know: the picture, and what a pick leads to.
import {
  type GeoJSONSource,
  Map as MapLibre,
  type MapGeoJSONFeature,
  type PointLike,
  setWorkerUrl,
} from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { GeoJSON } from "geojson";
import type { Theme } from "./palette.ts";
import { styleOf } from "./style.ts";
import { PIXEL_RATIO, symbol } from "./symbols.ts";

setWorkerUrl(workerUrl);

export type Pickable = "flags" | "incidents" | "units" | "aircraft" | "cameras" | "readers" | "boxes";
/** From the top: where several lie under the pointer, the first kind is meant. */
const PICKABLE: readonly Pickable[] = ["flags", "incidents", "units", "aircraft", "cameras", "readers", "boxes"];
const REACH_PX = 5;
const CLOSE_ZOOM = 13.5;

export interface Pick {
  kind: Pickable;
  id: string;
  x: number;
  y: number;
  /** Beyond the middle of the map, where a tip has to open to the other side. */
  right: boolean;
  low: boolean;
}

export interface Listener {
  picked(pick: Pick | null): void;
  hovered(pick: Pick | null): void;
  failed(what: string): void;
}

export type Bounds = [number, number, number, number];

export interface Scene {
  put(source: string, data: GeoJSON): void;
  paint(theme: Theme): void;
  /** Moves the map so that `places` are in sight; where they are already, only if they shall be seen `closely`. */
  bring(places: readonly (readonly [number, number])[], closely: boolean): void;
  whole(): void;
  zoom(by: 1 | -1): void;
  remove(): void;
}

const still = matchMedia("(prefers-reduced-motion: reduce)");

function pickAt(map: MapLibre, point: { x: number; y: number }): Pick | null {
  const box: [PointLike, PointLike] = [
    [point.x - REACH_PX, point.y - REACH_PX],
    [point.x + REACH_PX, point.y + REACH_PX],
  ];
  const found = map.queryRenderedFeatures(box, { layers: [...PICKABLE] });
  for (const kind of PICKABLE) {
    const feature: MapGeoJSONFeature | undefined = found.find((candidate) => candidate.layer.id === kind);
    if (feature === undefined) continue;
    const { clientWidth, clientHeight } = map.getContainer();
    const side = { right: point.x > clientWidth / 2, low: point.y > clientHeight / 2 };
    return { kind, id: String(feature.properties["id"]), x: point.x, y: point.y, ...side };
  }
  return null;
}

function listen(map: MapLibre, listener: Listener): void {
  let frame = 0;
  map.on("click", (event) => listener.picked(pickAt(map, event.point)));
  map.on("mousemove", (event) => {
    const { x, y } = event.point;
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      const pick = map.isMoving() ? null : pickAt(map, { x, y });
      map.getCanvas().style.cursor = pick !== null && pick.kind !== "readers" ? "pointer" : "";
      listener.hovered(pick);
    });
  });
  map.on("mouseout", () => listener.hovered(null));
  map.on("error", (event) => listener.failed(event.error.message));
}

function goTo(map: MapLibre, places: readonly (readonly [number, number])[], closely: boolean): void {
  const lons = places.map(([lon]) => lon);
  const lats = places.map(([, lat]) => lat);
  const view = map.getBounds();
  const inSight = places.every(([lon, lat]) => view.contains([lon, lat]));
  if (places.length === 0 || (inSight && !closely)) return;
  const bounds: Bounds = [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
  map.fitBounds(bounds, { padding: 90, maxZoom: CLOSE_ZOOM, animate: !still.matches, duration: 500 });
}

/** Throws where the browser has no WebGL. */
export function createScene(container: HTMLElement, theme: Theme, home: Bounds, listener: Listener): Scene {
  const mapUrl = new URL("/api/map", location.href).href;
  const map = new MapLibre({
    container,
    style: styleOf(theme, mapUrl),
    bounds: home,
    fitBoundsOptions: { padding: 24 },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    minZoom: 6,
    maxZoom: 18,
    renderWorldCopies: false,
    validateStyle: import.meta.env.DEV,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map
    .getCanvas()
    .setAttribute(
      "aria-label",
      "Map. Everything on it is also in the lists. Arrow keys move it, plus and minus zoom.",
    );
  map.setMissingStyleImageResolver((name) => {
    const image = symbol(name);
    if (image === null || map.hasImage(name)) return;
    const stretch = name.startsWith("shield/")
      ? { stretchX: STRETCH, stretchY: STRETCH, content: CONTENT }
      : {};
    map.addImage(name, image, { pixelRatio: PIXEL_RATIO, ...stretch });
  });
  listen(map, listener);

  const last = new Map<string, GeoJSON>();
  // The clock asks for some layers every second. MapLibre would cut its tiles and draw the whole map anew for the same.
  const texts = new Map<string, string>();
  let ready = false;
  const source = (id: string): GeoJSONSource | undefined => map.getSource<GeoJSONSource>(id);
  map.once("style.load", () => {
    ready = true;
    for (const [id, data] of last) void source(id)?.setData(data);
  });
  return {
    put(id, data) {
      const text = JSON.stringify(data);
      if (texts.get(id) === text) return;
      texts.set(id, text);
      last.set(id, data);
      if (ready) void source(id)?.setData(data);
    },
    paint(next) {
      map.setStyle(styleOf(next, mapUrl), { diff: true });
      for (const [id, data] of last) void source(id)?.setData(data);
    },
    bring: (places, closely) => {
      map.resize(); // what was opened has just taken its part of the map
      goTo(map, places, closely);
    },
    whole: () => map.fitBounds(home, { padding: 24, animate: !still.matches, duration: 500 }),
    zoom: (by) =>
      by > 0 ? map.zoomIn({ animate: !still.matches }) : map.zoomOut({ animate: !still.matches }),
    remove: () => map.remove(),
  };
}

// A shield is a rounded box of 20 by 20 pixels at twice the resolution; its middle stretches around the text.
const STRETCH: [number, number][] = [[12, 28]];
const CONTENT: [number, number, number, number] = [6, 6, 34, 34];
