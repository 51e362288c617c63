"""The way back, and forward again."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.core.images.read import picture_from_pixels
from explorer.state.shared import history as history_module
from explorer.state.shared.history import History, Place

CAT = Place("filter", picture=Path("/cat.jpg"), model=Path("/one"))
DOG = replace(CAT, picture=Path("/dog.jpg"))
CONV = replace(CAT, page="network", within="conv_1")
POOL = replace(CONV, within="pool_1")


def same(place: Place | None, other: Place) -> bool:
    return place is not None and not place.differs_in(other)


@pytest.fixture
def history() -> History:
    return History()


def test_back_and_forward_in_order_and_a_new_way_ends_the_old(history: History) -> None:
    for place in (CAT, CAT, DOG, CONV):
        history.visit(place)
    assert not history.can_go_forward
    for distance, expected in ((-1, DOG), (-1, CAT), (1, DOG)):
        assert same(history.go(distance), expected)
        history.visit(expected)
    assert history.can_go_back
    assert history.can_go_forward
    history.visit(POOL)
    assert not history.can_go_forward
    assert history.go(1) is None
    assert same(history.go(-1), DOG)


def test_what_arrives_late_is_no_place_of_its_own(history: History) -> None:
    history.visit(Place("filter", model=Path("/one")))
    history.visit(CAT)  # the first picture
    history.visit(replace(CONV, within=""))
    history.visit(CONV)  # the first maps
    assert same(history.go(-1), CAT)
    assert not history.can_go_back


def test_what_is_met_on_the_way_is_no_place_but_what_a_person_does_there_is(
    history: History,
) -> None:
    for place in (CAT, replace(POOL, picture=DOG.picture)):
        history.visit(place)
    history.go(-1)
    history.visit(replace(CAT, picture=DOG.picture))  # the page is there, the picture not yet
    assert history.is_under_way
    history.visit(CAT)
    assert not history.is_under_way
    assert history.can_go_forward
    history.go(1)
    elsewhere = replace(CAT, page="dataset")
    history.visit(elsewhere)
    assert not history.can_go_forward
    assert same(history.go(-1), replace(POOL, picture=DOG.picture))


def test_where_a_picture_is_gone_the_way_ends(history: History) -> None:
    for place in (CAT, DOG):
        history.visit(place)
    history.go(-1)
    history.give_up(DOG)
    history.visit(CONV)
    assert same(history.go(-1), DOG)


def test_where_a_model_is_gone_so_that_no_maps_come_the_way_goes_on(history: History) -> None:
    gone = replace(CONV, model=Path("/gone"))
    for place in (CAT, gone, CONV):
        history.visit(place)
    assert same(history.go(-1), gone)
    for _ in range(2):  # it is asked for its layers, and they cannot be told
        history.visit(replace(gone, within=""))
    assert same(history.go(-1), CAT)
    assert not history.can_go_back


def test_how_a_place_was_looked_at_is_kept_with_it(history: History) -> None:
    history.visit(CAT)
    history.note_viewports({"filter": "enlarged"})
    history.visit(DOG)
    history.note_viewports({"filter": "whole"})
    back = history.go(-1)
    assert back is not None
    assert back.viewports == {"filter": "enlarged"}
    history.note_viewports({"filter": "whole"})  # still what was seen of the other one
    history.visit(CAT)
    history.visit(DOG)
    back = history.go(-1)
    assert back is not None
    assert back.viewports == {"filter": "enlarged"}


def test_pictures_without_a_file_are_kept_while_they_are_not_too_many(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_module, "MOST_BYTES", 1_000)
    pasted = [
        Place("filter", pixels=picture_from_pixels(np.zeros((10, 10, 3), np.uint8), "pasted"))
        for _ in range(5)
    ]
    for place in pasted:
        history.visit(place)
    for place in (pasted[3], pasted[2]):
        back = history.go(-1)
        assert back is not None
        assert back.pixels is place.pixels
        history.visit(place)
    assert not history.can_go_back
