"""Residents hang together, are the same for everyone who asks, and are nobody who exists."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.devices.ocr import has_shape
from twin.sim import homes, parish
from twin.sim.homes import Homes
from twin.sim.people import People
from twin.sim.people_census import CENSUS_DAY, CHILD, HOUSEHOLDER, PARTNER
from twin.sim.people_figures import figures
from twin.sim.people_names import folded, misspelt
from twin.sim.people_numbers import check_digit, plate_number, shuffled
from twin.streams import Streams

SOME = 1999  # every so-manieth is looked at
LOUISIANA = re.compile(r"\d{3}[A-HJ-NP-Z]{3}|[A-HJ-NP-Z]{3}\d{3}")
TEXAS = re.compile(r"[BCDFGHJKLMNPRSTVWXYZ]{3}\d{4}")
FICTIONAL = re.compile(r"337-555-01\d\d")


@pytest.fixture(scope="module")
def homes_here() -> Homes:
    return homes.load()


@pytest.fixture(scope="module")
def people(homes_here: Homes) -> People:
    return People(Streams(1), parish.load(), homes_here)


def spelt(people: People) -> str:
    """Everything about every so-manieth resident and their cars, as one digest."""
    sha = hashlib.sha256()
    for one in range(0, len(people), SOME):
        cars = [(people.vehicle_at(car), people.registration(car)) for car in people.cars_of(one)]
        known = (people.licence(one), people.warrants(one), people.orders(one), people.aliases(one))
        sha.update(repr((people.person(one), people.phone(one), people.account(one), cars, known)).encode())
    return sha.hexdigest()


def digest(seed: int) -> str:
    """The same, asked for by a process of its own (see `test_a_person_is_the_same_in_every_process`)."""
    return spelt(People(Streams(seed), parish.load(), homes.load()))


# --- plate, owner, licence, account -----------------------------------------------------------------------------------


def test_a_plate_leads_to_its_owner_and_back(people: People) -> None:
    """Plate, car, registration and owner agree, whichever of them one begins with."""
    for car in range(0, people.cars, SOME):
        vehicle = people.vehicle_at(car)
        owner = people.owner_of(vehicle.plate, vehicle.state)
        assert owner is not None
        assert people.car_of(vehicle.plate, vehicle.state) == car
        assert car in people.cars_of(owner)
        assert (people.registration(car).vehicle, people.registration(car).owner) == (vehicle, owner)


def test_a_car_belongs_to_a_grown_up(people: People) -> None:
    owners = [people.owner_at(car) for car in range(0, people.cars, 97)]
    assert min(people.age(owner) for owner in owners) >= 18


def test_a_licence_and_an_account_lead_to_their_holder(people: People) -> None:
    """And bear that person's names, number and age."""
    for one in range(0, len(people), SOME):
        person, licence, account = people.person(one), people.licence(one), people.account(one)
        if licence is not None:
            assert people.licensed_as(licence.number) == licence.person == one
            assert person.born + timedelta(days=16 * 365) <= licence.issued <= CENSUS_DAY
            assert (licence.expires.month, licence.expires.day) in {
                (person.born.month, day) for day in (person.born.day, 28)
            }
        if account is not None:
            assert people.holder_of(account.handle) == account.person == one
            assert account.shown.endswith(person.last)
            assert account.handle.startswith(folded(person.first).lower())
            assert person.age() >= 12


def test_a_name_leads_to_everyone_who_has_it(people: People) -> None:
    """By own name and by alias; a birth date leaves few of them."""
    for one in range(0, len(people), SOME):
        person = people.person(one)
        assert (one, None) in people.by_name(person.last, person.first)
        assert (one, None) in people.by_name(person.last.upper(), person.first, person.born)
        for alias in people.aliases(one):
            assert (one, alias) in people.by_name(alias.last, alias.first, alias.born)


def test_a_protection_order_is_on_record_with_both(people: People) -> None:
    both = [people.orders(one) for one in range(len(people)) if people.orders(one)]
    assert len(both) > 500
    for order in (order for orders in both for order in orders):
        assert order in people.orders(order.protected)
        assert order in people.orders(order.respondent)
        assert order.protected != order.respondent


def test_nobody_answers_for_what_was_never_given(people: People) -> None:
    """Unknown plates, licences and handles are nobody's, however they are spelt."""
    for plate, state in (("", "LA"), ("ÄÖÜ123", "LA"), ("٣٣٣ABC", "LA"), ("123ABC", "ZZ"), ("AEI1234", "TX")):
        assert people.owner_of(plate, state) is None
    for number in ("", "1", "x" * 9, "٣" * 9, "999999999999999999999"):
        assert people.licensed_as(number) is None
        assert people.holder_of(number) is None
    with pytest.raises(IndexError):
        people.vehicle_at(people.cars)


# --- grammar ----------------------------------------------------------------------------------------------------------


def test_no_two_cars_have_the_same_plate(people: People) -> None:
    """And every plate is spelt as its state spells them."""
    layouts = set()
    for car in range(0, people.cars, 37):
        vehicle = people.vehicle_at(car)
        shape = TEXAS if vehicle.state == "TX" else LOUISIANA
        assert shape.fullmatch(vehicle.plate)
        assert has_shape(vehicle.plate)
        layouts.add((vehicle.state, vehicle.plate[0].isdigit()))
    assert layouts == {("LA", True), ("LA", False), ("TX", False)}
    assert len(np.unique(people._plates.numbers)) == people.cars


@given(st.integers(0, 2**62), st.integers(2, 40), st.integers(2, 40))
def test_what_is_given_out_is_given_once(seed: int, a: int, b: int) -> None:
    """The shuffle of numbers is one: every number below a x b comes out exactly once."""
    assert sorted(shuffled(seed, np.arange(a * b), a, b).tolist()) == list(range(a * b))


@given(st.text(max_size=8), st.sampled_from(["LA", "TX", "OK"]))
def test_any_text_is_a_plate_or_none(text: str, state: str) -> None:
    number = plate_number(state, text)
    assert number is None or has_shape(text)


# --- nobody who exists ------------------------------------------------------------------------------------------------


def test_every_phone_is_one_that_is_kept_for_fiction(people: People) -> None:
    phones = {people.phone(one) for one in range(0, len(people), 97)}
    assert all(FICTIONAL.fullmatch(phone) for phone in phones)
    assert len(phones) == 100


def test_no_car_can_be_a_real_one(people: People) -> None:
    """The check digit of every vehicle identification number is wrong."""
    for car in range(0, people.cars, SOME):
        vin = people.registration(car).vin
        assert len(vin) == 17
        assert vin[8] != check_digit(vin)


def test_a_warrant_and_an_order_say_that_they_are_synthetic(people: People) -> None:
    wanted = [warrant for one in range(0, len(people), 7) for warrant in people.warrants(one)]
    assert wanted
    assert all(warrant.number.startswith("SYN-") for warrant in wanted)
    restrained = [order for one in range(0, len(people), 7) for order in people.orders(one)]
    assert all(order.number.startswith("SYN-") for order in restrained)


# --- families and counts ----------------------------------------------------------------------------------------------


def test_families_make_sense(people: People) -> None:
    """Householders and partners are grown up, and children younger than their parents by a generation."""
    census = people.census
    head = census.first_person[census.dwelling]
    assert census.born[census.role == HOUSEHOLDER].max() <= -18 * 365
    assert census.born[census.role == PARTNER].max() <= -18 * 365
    child = census.role == CHILD
    assert (census.born[child] - census.born[head[child]]).min() >= 15 * 365
    assert not (census.junior & census.woman).any()


def test_there_are_as_many_as_the_census_counts(people: People) -> None:
    """To one in a hundred; ages, cars and licences as the tables have them (docs/world.md)."""
    found = figures(people)
    assert found["people"] == pytest.approx(216_810, rel=0.01)
    assert 0.21 < found["under_18"] < 0.27
    assert 0.12 < found["over_65"] < 0.19
    assert 1.6 < found["cars"] / found["households"] < 1.9
    assert found["wanted"] == pytest.approx(0.015 * found["over_18"], rel=0.1)


def test_a_misspelt_name_is_another_name_of_the_same_beginning(people: People) -> None:
    dice = Streams(3).of("test", "clerk")
    for name in ("Boudreaux", "Smith", "Landry", "Ng", "Thibodeaux"):
        for _ in range(30):
            assert misspelt(name, dice)[0] == name[0]


# --- the same for everyone --------------------------------------------------------------------------------------------


def test_a_person_is_the_same_whoever_asks_first(people: People, homes_here: Homes) -> None:
    """Neither the order of asking nor what was asked before changes anything."""
    other = People(Streams(1), parish.load(), homes_here)
    late = 123_456
    assert other.licence(late) == people.licence(late)
    assert other.person(late) == people.person(late)
    assert other.account(late) == people.account(late)
    assert spelt(other) == spelt(people)


def test_another_seed_has_other_people_in_the_same_houses(people: People, homes_here: Homes) -> None:
    other = People(Streams(2), parish.load(), homes_here)
    same = sum(other.person(one)[1:4] == people.person(one)[1:4] for one in range(0, 200_000, SOME))
    assert same <= 1
    assert other.homes is people.homes


def test_a_person_is_the_same_in_every_process(people: People) -> None:
    """Whatever PYTHONHASHSEED is."""
    code = "from tests.twin.sim.test_people import digest; print(digest(1))"
    for hash_seed in ("0", "random"):
        found = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
            text=True,
        )
        assert found.stdout.strip() == spelt(people)


def test_asking_is_cheap(people: People, homes_here: Homes) -> None:
    """The first answer costs a fraction of a second of computing, and the columns of everyone 10 MB at most, so that
    nobody needs to make persons before they are asked for."""
    began = time.process_time()
    other = People(Streams(5), parish.load(), homes_here)
    other.person(12_345)
    other.owner_of("123ABC")
    assert time.process_time() - began < 2.0
    columns = (getattr(other.census, name) for name in other.census.__dataclass_fields__)
    assert sum(column.nbytes for column in columns) < 10_000_000
