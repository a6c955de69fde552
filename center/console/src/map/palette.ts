// The map's colours. MapLibre cannot read CSS variables, so they are stated here, one table a theme.

export type Theme = "dark" | "light";

export interface Palette {
  outside: string;
  land: string;
  boundary: string;
  water: string;
  waterText: string;
  road: Record<"motorway" | "trunk" | "primary" | "secondary" | "street", string>;
  casing: string;
  text: string;
  strongText: string;
  halo: string;
  shield: string;
  shieldText: string;
  /** Fill and line of a unit by what it is doing. */
  status: Record<Status, string>;
  /** Agencies other than one's own; as many in each theme. */
  agencies: readonly string[];
  ink: string;
  priority: readonly string[];
  accent: string;
  alarm: string;
  warn: string;
  aircraft: string;
  ownAircraft: string;
  reader: string;
}

export const STATUSES = ["available", "enroute", "on-scene", "pursuit", "out-of-service", "emergency", "other"] as const;
export type Status = (typeof STATUSES)[number];

/** Words that mean the same to whoever looks for a car to send. */
const ALIKE: Record<string, Status> = { "code-3": "enroute", "off-duty": "out-of-service", crash: "out-of-service" };

/** Folds a device's own word, and words that say nothing about duty, into `other`. */
export function statusOf(word: string | null | undefined): Status {
  return STATUSES.find((status) => status === word) ?? ALIKE[word ?? ""] ?? "other";
}

export const PALETTES: Record<Theme, Palette> = {
  dark: {
    outside: "#0a0e13",
    land: "#11181f",
    boundary: "#46586a",
    water: "#0c2333",
    waterText: "#4e7690",
    road: {
      motorway: "#71879d",
      trunk: "#586b7e",
      primary: "#485a6a",
      secondary: "#374654",
      street: "#26323d",
    },
    casing: "#0a0e13",
    text: "#8fa0b1",
    strongText: "#c3ced9",
    halo: "#0a0e13",
    shield: "#22303d",
    shieldText: "#a9b8c6",
    status: {
      available: "#3cc9bd",
      enroute: "#f3bf4b",
      "on-scene": "#b79dff",
      pursuit: "#ff9ac4",
      "out-of-service": "#76848f",
      emergency: "#ff5348",
      other: "#9fb2c4",
    },
    agencies: ["#5f93d8", "#c97fc2", "#a3b564", "#d08f63", "#5fb39b", "#9a8be0"],
    ink: "#0a0e13",
    priority: ["#ff6553", "#f59f3d", "#e3cf52", "#93a5b5"],
    accent: "#6cb8ff",
    alarm: "#ff5348",
    warn: "#f3bf4b",
    aircraft: "#7d90a3",
    ownAircraft: "#6cb8ff",
    reader: "#6b8199",
  },
  light: {
    outside: "#dfe4e9",
    land: "#f7f8f9",
    boundary: "#8c9baa",
    water: "#c6dcea",
    waterText: "#4f7d99",
    road: {
      motorway: "#a3b2c1",
      trunk: "#b4c0cc",
      primary: "#c2ccd6",
      secondary: "#d0d8df",
      street: "#e0e5ea",
    },
    casing: "#f7f8f9",
    text: "#566676",
    strongText: "#24323f",
    halo: "#f7f8f9",
    shield: "#ffffff",
    shieldText: "#45566a",
    status: {
      available: "#007f78",
      enroute: "#a86500",
      "on-scene": "#6a3fd0",
      pursuit: "#b5136a",
      "out-of-service": "#6b7883",
      emergency: "#cf1d14",
      other: "#4f6274",
    },
    agencies: ["#1f66b8", "#9a3a92", "#5b7310", "#a8551a", "#0d7a5a", "#6848b8"],
    ink: "#ffffff",
    priority: ["#cf2a1a", "#b96000", "#8a7400", "#5f6f7e"],
    accent: "#0b62c4",
    alarm: "#cf1d14",
    warn: "#a86500",
    aircraft: "#5b6c7d",
    ownAircraft: "#0b62c4",
    reader: "#587089",
  },
};

export type Hues = ReadonlyMap<string, number>;

/** Which hue each other agency has. The site's order decides, so it is the same on every screen of the room. */
export function agencyHues(agencies: readonly { agency: string; own: boolean }[]): Hues {
  const others = agencies.filter((agency) => !agency.own);
  return new Map(others.map(({ agency }, place) => [agency, place % PALETTES.dark.agencies.length]));
}
