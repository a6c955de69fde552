import { expect, test } from "vitest";
import { nearest, placesOf } from "./places.ts";

const SULPHUR = {
  type: "Feature",
  properties: { layer: "place", name: "Sulphur" },
  geometry: { type: "Point", coordinates: [-93.377, 30.236] },
};
const ROAD = {
  type: "Feature",
  properties: { layer: "road", name: "Ruth Street" },
  geometry: { type: "LineString", coordinates: [[-93.3, 30.2]] },
};

test("a point is named by the place that is nearest", () => {
  const places = placesOf({ features: [ROAD, SULPHUR] });
  expect(places).toEqual([{ name: "Sulphur", lat: 30.236, lon: -93.377 }]);
  expect(nearest(places, 30.24, -93.38)).toBe("Sulphur");
  expect(nearest(places, 30.236, -93.28)).toBe("9 km east of Sulphur");
  expect(nearest(places, 30.146, -93.377)).toBe("10 km south of Sulphur");
});

test("without any place a point says where it is", () => {
  expect(nearest(placesOf(null), 30.1, -93.2)).toBe("30.100, -93.200");
});
