"""What the state has on file about the parish's people and cars, in the words of its records server.

Knows: residents, cars, licences, warrants, protection orders, other names, and which plates are reported stolen.
Refuses to know: who asks, why, and how (see devices/records.py).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from twin.devices.records import Name, Plate
from twin.roadside import Roadside
from twin.setting import Setting
from twin.sim.people import People


class StateFiles:
    """The residents are made when somebody first asks."""

    def __init__(self, setting: Setting, roadside: Roadside) -> None:
        self._setting = setting
        self._roadside = roadside

    @property
    def _people(self) -> People:
        return self._setting.people

    def vehicles(self, plate: Plate) -> list[dict[str, Any]]:
        """The car with this plate, whose it is, and why it is listed; of a car from elsewhere only that."""
        text, state = plate.plate.upper(), plate.state.upper()
        wanted = [*self._roadside.cars.wanted, *(self._roadside.thefts.wanted if self._roadside.thefts else ())]
        is_cleared = (text, state) in self._roadside.cars.cleared
        reasons = [] if is_cleared else [one.reason for one in wanted if (one.plate, one.state) == (text, state)]
        car = self._people.car_of(text, state)
        if car is None:
            return [{"plate": text, "state": state, "listed": reasons}] if reasons else []
        on_file = self._people.registration(car)
        return [
            {
                "plate": text,
                "state": state,
                "make": on_file.vehicle.make,
                "model": on_file.vehicle.model,
                "color": on_file.vehicle.color,
                "year": on_file.year,
                "vin": on_file.vin,
                "expires": on_file.expires.isoformat(),
                "insured": on_file.insured,
                "listed": reasons,
                "owner": self._person(on_file.owner),
            }
        ]

    def persons(self, name: Name) -> list[dict[str, Any]]:
        """Everyone recorded under the name, with the alias by which they were found."""
        try:
            born = None if name.born is None else date.fromisoformat(name.born)
        except ValueError:
            return []
        found = []
        for match in self._people.by_name(name.last, name.first, born):
            alias = match.alias
            known_as = None if alias is None else f"{alias.first} {alias.last}, {alias.born.isoformat()}"
            found.append(self._person(match.person) | {"found_as": known_as})
        return found

    def licensed(self, number: str) -> list[dict[str, Any]]:
        person = self._people.licensed_as(number)
        return [] if person is None else [self._person(person)]

    def _person(self, number: int) -> dict[str, Any]:
        people = self._people
        who, licence = people.person(number), people.licence(number)
        return {
            "last": who.last,
            "first": who.first,
            "middle": who.middle,
            "sex": who.sex,
            "born": who.born.isoformat(),
            "address": who.address,
            "licence": None
            if licence is None
            else {
                "number": licence.number,
                "state": licence.state,
                "class": licence.licence_class,
                "status": licence.status,
                "expires": licence.expires.isoformat(),
                "height_cm": licence.height_cm,
                "eyes": licence.eyes,
            },
            "warrants": [
                {
                    "number": one.number,
                    "kind": one.kind,
                    "charge": one.charge,
                    "felony": one.felony,
                    "agency": one.agency,
                    "issued": one.issued.isoformat(),
                    "bond_usd": one.bond_usd,
                }
                for one in people.warrants(number)
            ],
            "orders": [
                {
                    "number": one.number,
                    "role": "respondent" if one.respondent == number else "protected",
                    "expires": one.expires.isoformat(),
                }
                for one in people.orders(number)
            ],
            "aliases": [
                {"kind": one.kind, "first": one.first, "last": one.last, "born": one.born.isoformat()}
                for one in people.aliases(number)
            ],
        }
