"""Street names, made up.

Knows: words that make a plausible Gulf Coast street name.
Refuses to know: any real street; where a name is real somewhere, that is chance.
"""

from __future__ import annotations

import numpy as np

from twin.sim.streets import Lattice, dice

_WORDS = """
Acadia Alder Almond Amber Anchor Apple Arbor Ash Aspen Autumn Azalea Barley Basin Bay Bayberry Beacon Beech
Begonia Birch Blossom Bluebird Bobwhite Boxwood Briar Brook Buckeye Camellia Canal Cane Cardinal Catalpa
Cattail Cedar Chestnut Chickadee Chinaberry Clover Coral Cotton Cottonwood Cove Cranberry Crane Creek
Cricket Crossing Cypress Dahlia Daisy Dewberry Dogwood Dove Drake Eagle Egret Elder Elm Evergreen Falcon
Fern Fernwood Fig Finch Flint Forest Foxglove Gale Garden Gardenia Garnet Ginger Glen Goldenrod Granite
Grape Gull Gum Harbor Harvest Hawk Hawthorn Hazel Heath Heron Hibiscus Hickory Holly Honeysuckle Hyacinth
Ibis Indigo Iris Ironwood Ivy Jasmine Jay Juniper Kestrel Killdeer Lagoon Lantana Larch Lark Laurel Lavender
Ledge Lemon Levee Ligustrum Lilac Lily Linden Lotus Magnolia Mallard Mallow Maple Marigold Marlin Marsh
Martin Meadow Mesa Mimosa Mint Mockingbird Moss Mulberry Myrtle Nandina Nutmeg Oak Oakwood Oleander Olive
Orchard Orchid Oriole Osprey Otter Palm Palmetto Pansy Partridge Peach Pear Pearl Pebble Pecan Pelican Peony
Persimmon Petunia Pheasant Pine Pintail Plover Plum Poplar Poppy Prairie Primrose Quail Quarry Quince Rain
Raven Redbird Redbud Redfish Reed Ridge River Robin Rosewood Rush Sage Sand Sandpiper Sassafras Savanna
Sedge Shell Silver Sorrel Sparrow Spruce Starling Stone Sugar Sumac Summer Sunset Swallow Swan Sweetgum
Sycamore Tallow Tanager Teal Thicket Thistle Thrush Timber Trout Tulip Tupelo Verbena Vetch Violet Walnut
Warbler Water Wheat Whippoorwill Willow Windmill Wisteria Wood Wren Yarrow Yaupon
"""
WORDS = tuple(_WORDS.split())
TURNS = ("", " Bend", " Grove", " Park", " Point", " Run", " Trace")
ENDINGS = (("Street", "Drive", "Lane"), ("Avenue", "Place", "Way"))  # along a north line, along an east line
COUNTRY = ("Road", "Cutoff Road", "Church Road", "Ferry Road", "Settlement Road")


def name_runs(lattice: Lattice, seed: int) -> list[str]:
    """A name for every run of the lattice. The longest take the plain names; section lines are roads."""
    runs = int(lattice.run.max()) + 1 if len(lattice.run) else 0
    size = np.bincount(lattice.run, minlength=runs)
    section = np.zeros(runs, dtype=np.bool_)
    section[lattice.run] = lattice.section
    east = np.zeros(runs, dtype=np.int64)
    step = lattice.points[lattice.b] - lattice.points[lattice.a]
    east[lattice.run] = np.abs(step[:, 0]) > np.abs(step[:, 1])
    names = [""] * runs
    pools = [_pool(seed, way) for way in (0, 1)] + [_pool(seed, 2)]
    taken = [0, 0, 0]
    for run in np.lexsort((np.arange(runs), -size)).tolist():
        pool = 2 if section[run] else int(east[run])
        names[run] = pools[pool][taken[pool] % len(pools[pool])]
        taken[pool] += 1
    return names


def _pool(seed: int, pool: int) -> list[str]:
    """Every name of one kind, the plain ones first, each group in an order of its own."""
    names: list[str] = []
    turns, endings = (("",), COUNTRY) if pool == 2 else (TURNS, ENDINGS[pool])
    for turn_number, turn in enumerate(turns):
        for ending_number, ending in enumerate(endings):
            order = np.argsort(dice(seed, pool, turn_number, ending_number, np.arange(len(WORDS))), kind="stable")
            names += [f"{WORDS[k]}{turn} {ending}" for k in order]
    return names
