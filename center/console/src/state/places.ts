// Names for a point: the named place that is nearest to it.
// Knows: the place's GeoJSON (docs/api.md). Refuses to know: what is asked about.
export interface Place {
  name: string;
  lat: number;
  lon: number;
}

const EARTH_KM_PER_DEG = 111.32;
/** Farther than this a point is not said to be at a place, but from it. */
const AT_KM = 3;
const COMPASS = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"] as const;

/** The named places of a map; none of anything else. */
export function placesOf(geojson: unknown): Place[] {
  const features = (geojson as { features?: unknown[] } | null)?.features ?? [];
  return features.flatMap((feature) => {
    const { properties, geometry } = feature as {
      properties?: { layer?: string; name?: string };
      geometry?: { type?: string; coordinates?: number[] };
    };
    const [lon, lat] = geometry?.coordinates ?? [];
    const named = properties?.layer === "place" && properties.name !== undefined && geometry?.type === "Point";
    return named && lon !== undefined && lat !== undefined ? [{ name: properties.name ?? "", lat, lon }] : [];
  });
}

/** "Sulphur", or "9 km south-east of Sulphur"; figures where there is no place at all. */
export function nearest(places: readonly Place[], lat: number, lon: number): string {
  let best: Place | undefined;
  let least = Infinity;
  const east = Math.cos((lat * Math.PI) / 180);
  for (const place of places) {
    const km = EARTH_KM_PER_DEG * Math.hypot(lat - place.lat, (lon - place.lon) * east);
    if (km < least) [best, least] = [place, km];
  }
  if (best === undefined) return `${lat.toFixed(3)}, ${lon.toFixed(3)}`;
  if (least <= AT_KM) return best.name;
  const angle = Math.atan2((lon - best.lon) * east, lat - best.lat);
  const point = COMPASS[(Math.round((angle * 4) / Math.PI) + 8) % 8] ?? "";
  return `${least.toFixed(0)} km ${point} of ${best.name}`;
}
