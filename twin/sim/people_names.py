"""Names of people who do not exist.

Knows: first and family names in their shares (Faker's tables for the country, and names that the coast is known for),
and how a name turns up differently: nicknames, and misspellings of the kind clerks make.
Refuses to know: whose name it is. Who meets a namesake here has met a coincidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import NamedTuple

import numpy as np
from faker.providers.person.en_US import Provider
from numpy.typing import NDArray

from twin.sim.geometry import Floats

LOCAL_SHARE = 0.22  # of people with one of these family names (assumption)
_LOCAL = """
Ardoin Babineaux Benoit Bergeron Bertrand Boudreaux Bourgeois Breaux Broussard Comeaux Cormier Daigle Daigrepont
Doucet Dugas Duhon Dupuis Fontenot Fruge Fuselier Gautreaux Granger Guidroz Guidry Guillory Hebert Istre Landry LeBlanc
Ledoux LeJeune Manuel Matte Miller Mouton Ortego Pitre Prudhomme Richard Robichaux Romero Savoie Simon Soileau Sonnier
Stelly Theriot Thibodeaux Trahan Vidrine Vincent
"""

_NICKNAMES = """
Alexander:Alex Andrew:Andy Anthony:Tony Benjamin:Ben Charles:Chuck Christopher:Chris Daniel:Danny David:Dave Edward:Ed
Gregory:Greg James:Jim Jeffrey:Jeff John:Jack Jonathan:Jon Joseph:Joe Joshua:Josh Kenneth:Ken Lawrence:Larry
Matthew:Matt Michael:Mike Nathan:Nate Nicholas:Nick Patrick:Pat Peter:Pete Philip:Phil Raymond:Ray Richard:Rick
Robert:Bobby Ronald:Ron Samuel:Sam Stephen:Steve Steven:Steve Thomas:Tommy Timothy:Tim Walter:Walt William:Billy
Zachary:Zach Abigail:Abby Amanda:Mandy Barbara:Barb Catherine:Cathy Christina:Tina Christine:Chris Cynthia:Cindy
Deborah:Debbie Dorothy:Dot Elizabeth:Beth Jacqueline:Jackie Jennifer:Jen Jessica:Jess Judith:Judy Katherine:Kate
Kathleen:Kathy Kimberly:Kim Margaret:Peggy Melissa:Missy Pamela:Pam Patricia:Patty Rebecca:Becky Samantha:Sam
Sandra:Sandy Susan:Sue
Stephanie:Steph Theresa:Terri Victoria:Vicky
"""
NICKNAMES: Mapping[str, str] = dict(pair.split(":") for pair in _NICKNAMES.split())


class Pool(NamedTuple):
    """Names, and what share of people has one of those up to each."""

    names: tuple[str, ...]
    cumulative: Floats

    def draw(self, dice: Floats) -> NDArray[np.int16]:
        """Which name each throw (0 to 1) is."""
        drawn = np.searchsorted(self.cumulative, dice * self.cumulative[-1], side="right")
        names: NDArray[np.int16] = drawn.astype(np.int16)
        return names


def _pool(shares: Mapping[str, float]) -> Pool:
    return Pool(tuple(shares), np.cumsum(np.array(list(shares.values()))))


def _families() -> Pool:
    local = _LOCAL.split()
    shares = {name: share * (1 - LOCAL_SHARE) for name, share in Provider.last_names.items()}
    for place, name in enumerate(local):
        shares[name] = shares.get(name, 0.0) + LOCAL_SHARE / len(local) * (1.6 - 1.2 * place / len(local))
    return _pool(shares)


MALE = _pool(Provider.first_names_male)
FEMALE = _pool(Provider.first_names_female)
FAMILIES = _families()


def folded(name: str) -> str:
    """What two spellings must share to be the same name: letters only, upper case."""
    return "".join(letter for letter in name.upper() if letter.isalpha())


def misspelt(name: str, dice: Random) -> str:
    """The name as a clerk might hear or type it: two letters swapped, one doubled or left out, or an ending changed."""
    for ending, other in (("eaux", "eau"), ("ell", "el"), ("son", "sen"), ("ie", "y"), ("ck", "k")):
        if name.endswith(ending) and dice.random() < 0.6:
            return name[: -len(ending)] + other
    place = dice.randrange(1, max(2, len(name) - 1))
    turn = dice.randrange(3)
    if turn == 0 and place + 1 < len(name) and name[place] != name[place + 1]:
        return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    if turn == 1 and len(name) > 3:
        return name[:place] + name[place + 1 :]
    return name[:place] + name[place] + name[place:]
