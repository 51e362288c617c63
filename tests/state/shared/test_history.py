"""The way back, and forward again."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.core.images.read import picture_from_pixels
from explorer.state.shared import history as trail_module
from explorer.state.shared.history import History, Place

CAT = Place("filter", picture=Path("/cat.jpg"), model=Path("/one"))
DOG = replace(CAT, picture=Path("/dog.jpg"))
CONV = replace(CAT, page="network", within="conv_1")
POOL = replace(CONV, within="pool_1")


def same(place: Place | None, other: Place) -> bool:
    return place is not None and not place.differs_in(other)


@pytest.fixture
def trail() -> History:
    return History()


def test_back_and_forward_in_order_and_a_new_way_ends_the_old(trail: History) -> None:
    for place in (CAT, CAT, DOG, CONV):
        trail.visit(place)
    assert not trail.can_go_forward
    for distance, expected in ((-1, DOG), (-1, CAT), (1, DOG)):
        assert same(trail.go(distance), expected)
        trail.visit(expected)
    assert trail.can_go_back
    assert trail.can_go_forward
    trail.visit(POOL)
    assert not trail.can_go_forward
    assert trail.go(1) is None
    assert same(trail.go(-1), DOG)


def test_what_arrives_late_is_no_place_of_its_own(trail: History) -> None:
    trail.visit(Place("filter", model=Path("/one")))
    trail.visit(CAT)  # the first picture
    trail.visit(replace(CONV, within=""))
    trail.visit(CONV)  # the first maps
    assert same(trail.go(-1), CAT)
    assert not trail.can_go_back


def test_what_is_met_on_the_way_is_no_place_but_what_a_person_does_there_is(trail: History) -> None:
    for place in (CAT, replace(POOL, picture=DOG.picture)):
        trail.visit(place)
    trail.go(-1)
    trail.visit(replace(CAT, picture=DOG.picture))  # the page is there, the picture not yet
    assert trail.is_under_way
    trail.visit(CAT)
    assert not trail.is_under_way
    assert trail.can_go_forward
    trail.go(1)
    elsewhere = replace(CAT, page="dataset")
    trail.visit(elsewhere)
    assert not trail.can_go_forward
    assert same(trail.go(-1), replace(POOL, picture=DOG.picture))


def test_where_a_picture_is_gone_the_way_ends(trail: History) -> None:
    for place in (CAT, DOG):
        trail.visit(place)
    trail.go(-1)
    trail.give_up(DOG)
    trail.visit(CONV)
    assert same(trail.go(-1), DOG)


def test_where_a_model_is_gone_so_that_no_maps_come_the_way_goes_on(trail: History) -> None:
    gone = replace(CONV, model=Path("/gone"))
    for place in (CAT, gone, CONV):
        trail.visit(place)
    assert same(trail.go(-1), gone)
    for _ in range(2):  # it is asked for its layers, and they cannot be told
        trail.visit(replace(gone, within=""))
    assert same(trail.go(-1), CAT)
    assert not trail.can_go_back


def test_how_a_place_was_looked_at_is_kept_with_it(trail: History) -> None:
    trail.visit(CAT)
    trail.note_viewports({"filter": "enlarged"})
    trail.visit(DOG)
    trail.note_viewports({"filter": "whole"})
    back = trail.go(-1)
    assert back is not None
    assert back.viewports == {"filter": "enlarged"}
    trail.note_viewports({"filter": "whole"})  # still what was seen of the other one
    trail.visit(CAT)
    trail.visit(DOG)
    back = trail.go(-1)
    assert back is not None
    assert back.viewports == {"filter": "enlarged"}


def test_pictures_without_a_file_are_kept_while_they_are_not_too_many(
    trail: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail_module, "MOST_BYTES", 1_000)
    pasted = [
        Place("filter", pixels=picture_from_pixels(np.zeros((10, 10, 3), np.uint8), "pasted"))
        for _ in range(5)
    ]
    for place in pasted:
        trail.visit(place)
    for place in (pasted[3], pasted[2]):
        back = trail.go(-1)
        assert back is not None
        assert back.pixels is place.pixels
        trail.visit(place)
    assert not trail.can_go_back
