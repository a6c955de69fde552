"""A scenario is played on a user's own streets, by the twin and by the center."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec import structs
from typer.testing import CliRunner

from tests.twin.sim.street_files import of_network, pbf
from twin.cli import app
from twin.parish_files import roads_file
from twin.scenarios.loader import load, with_roads
from twin.setting import Setting, WorldError
from twin.sim import roads
from twin.sim.parish import LatLon
from twin.world import World

ISLAND = {1: LatLon(30.22, -93.21), 2: LatLon(30.23, -93.21)}


class Nowhere:
    """A carrier that throws bytes away."""

    def send(self, link: str, peer: str, data: bytes) -> None: ...

    def post(self, link: str, peer: str, data: bytes, answered: object) -> None: ...

    def cut(self, link: str, peer: str) -> None: ...


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The parish's own network with one street renamed, as OpenStreetMap would have it."""
    nodes, ways = of_network(roads.load())
    named = [(line, tags | {"name": "Chemin Neuf"} if tags["name"] == "Nelson Road" else tags) for line, tags in ways]
    return pbf(tmp_path_factory.mktemp("streets") / "parish.osm.pbf", nodes, named)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is imported here is kept for these tests and not for the user."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


def test_twin_and_center_get_the_same_streets(streets: Path) -> None:
    """The world drives on the file's network, and the map that the center routes on is made from it."""
    scenario = with_roads(structs.replace(load("stolen-car"), lasts_s=1.0), streets)
    setting = World(scenario, 7, Nowhere()).setting
    assert "Chemin Neuf" in setting.network.names
    assert b'"Chemin Neuf"' in roads_file(setting.parish, setting.network).read_bytes()
    assert b'"Chemin Neuf"' not in roads_file(setting.parish, roads.load()).read_bytes()


def test_a_scenario_names_streets_from_where_it_is(streets: Path) -> None:
    """`world.roads` is found beside the scenario's file, wherever the command is run."""
    beside = streets.parent / "mine.yaml"
    beside.write_text(
        "name: mine\nabout: x\nstart: 2026-03-12T12:00\nlasts_s: 60\nworld: {roads: parish.osm.pbf}\n", "utf-8"
    )
    assert load(str(beside)).world.roads == str(streets)


def test_the_commands_import_and_play(streets: Path, tmp_path: Path) -> None:
    """`twin parish import` tells the figures; `twin run --roads` plays on the streets, the same way every time."""
    said = CliRunner().invoke(app, ["parish", "import", str(streets), "--json"])
    assert said.exit_code == 0, said.output
    figures = json.loads(said.stdout)
    assert figures["misfits"] == []
    assert 6_000 < figures["nodes"] < 7_000
    scenario = tmp_path / "short.yaml"
    scenario.write_text("name: short\nabout: x\nstart: 2026-03-12T12:00\nlasts_s: 60\n", "utf-8")
    runs = [["run", str(scenario), "--json", *more] for more in ([], ["--roads", str(streets)])]
    digests = [json.loads(CliRunner().invoke(app, run).stdout)["digest"] for run in (*runs, runs[1])]
    assert digests[1] == digests[2] != digests[0]


def test_streets_that_do_not_reach_the_parish_are_refused(tmp_path: Path) -> None:
    """By both commands, with what lies too far, and exit code 2."""
    path = pbf(tmp_path / "island.pbf", ISLAND, [([1, 2], {"highway": "residential"})])
    said = CliRunner().invoke(app, ["parish", "import", str(path)])
    assert said.exit_code == 2
    assert "i10-texas-line" in said.output
    run = CliRunner().invoke(app, ["run", "stolen-car", "--roads", str(path)])
    assert run.exit_code == 2
    assert f"world.roads: {path}: " in run.output
    assert "expected 3.0 km at most" in run.output


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "not.pbf").write_bytes(b"not a map")
    said = CliRunner().invoke(app, ["parish", "import", str(tmp_path / "not.pbf")])
    assert said.exit_code == 2
    assert "not an OpenStreetMap PBF file" in said.output
    scenario = with_roads(load("stolen-car"), tmp_path / "nothing.pbf")
    with pytest.raises(WorldError, match=r"^world\.roads: .*No such file"):
        Setting(scenario, 1, Nowhere())
