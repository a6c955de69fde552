"""What the state has on file about the parish's people and cars, in the words of its records server.

Knows: residents, cars, licences, warrants, protection orders, other names, and which plates are reported stolen.
Refuses to know: who asks, why, and how (see devices/records.py).
"""

from __future__ import annotations

import functools
from datetime import date
from typing import Any

from twin.devices.records import MOST_FOUND, Name, Plate
from twin.roadside import Roadside
from twin.setting import Setting
from twin.sim.people import People
from twin.sim.people_records import photo_number, state_number
from twin.sim.people_search import Switch

MOST_CARS = 10


class StateFiles:
    """The residents are made when somebody first asks."""

    def __init__(self, setting: Setting, roadside: Roadside) -> None:
        self._setting = setting
        self._roadside = roadside

    @property
    def _people(self) -> People:
        return self._setting.people

    @functools.cached_property
    def _switch(self) -> Switch:
        return Switch(self._people)

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
        more = {"year": on_file.year, "vin": on_file.vin, "insured": on_file.insured, "listed": reasons}
        return [self._car(car) | more | {"owner": state_number(on_file.owner)}]

    def owners(self, plate: Plate) -> list[dict[str, Any]]:
        owner = self._people.owner_of(plate.plate.upper(), plate.state.upper())
        return [] if owner is None else [self.on_file(owner)]

    def persons(self, name: Name) -> list[dict[str, Any]]:
        """Everyone who is near in name and birth date, as a switch understands that."""
        try:
            born = None if name.born is None else date.fromisoformat(name.born)
        except ValueError:
            return []
        return [
            self.on_file(match.person) for match in self._switch.near(name.last, name.first, born)[: MOST_FOUND + 1]
        ]

    def licensed(self, number: str) -> list[dict[str, Any]]:
        person = self._people.licensed_as(number)
        return [] if person is None else [self.on_file(person)]

    def on_file(self, number: int) -> dict[str, Any]:
        """All that the state has on a resident."""
        people = self._people
        who, licence = people.person(number), people.licence(number)
        return {
            "person": state_number(number),
            "last": who.last,
            "first": who.first,
            "middle": who.middle,
            "sex": who.sex,
            "born": who.born.isoformat(),
            "address": who.address,
            "former": list(people.former(number)),
            "phone": people.phone(number),
            "photo": "" if licence is None else photo_number(number),
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
            "vehicles": [self._car(car) for car in people.cars_of(number)[:MOST_CARS]],
        }

    def _car(self, car: int) -> dict[str, Any]:
        on_file = self._people.registration(car)
        described = on_file.vehicle
        return {
            "plate": described.plate,
            "state": described.state,
            "make": described.make,
            "model": described.model,
            "color": described.color,
            "expires": on_file.expires.isoformat(),
        }
