"""The Filter page's settings as text: exact both ways, and safe to read whoever wrote it."""

import copy
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from explorer.core.convolution.geometry import BORDERS, MAX_DILATION, MAX_STRIDE, MODES, Geometry
from explorer.core.filters.display import DISPLAYS
from explorer.core.filters.document import from_json, to_json
from explorer.core.filters.settings import MAX_STEPS, FilterSettings, single_filter
from explorer.core.filters.steps import (
    MAX_NEURONS,
    MAX_POOL,
    MAX_SEED,
    NEURON_PATTERNS,
    Convolution,
    Dense,
    Pooling,
    Relu,
    Shuffle,
    Step,
)
from explorer.core.images.planes import SOURCES
from explorer.core.kernels.kernel import MAX_EDGE, MAX_WEIGHT, Filter, Kernel
from explorer.core.kernels.presets import find_preset
from explorer.errors import KernelError

# With lone surrogates, as the names of undecodable files have them.
texts = st.text(st.characters(exclude_categories=()), max_size=20)
weights = st.floats(-MAX_WEIGHT, MAX_WEIGHT)
seeds = st.integers(0, MAX_SEED)


def pairs(most: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(1, most), st.integers(1, most))


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    shape = draw(st.sampled_from([(1, 1), (2, 3), (MAX_EDGE, 1), (MAX_EDGE, MAX_EDGE)]))
    # Few are drawn one by one: the rest repeats them.
    tables = hnp.arrays(np.float64, shape, elements=weights, fill=weights)
    kernels = draw(st.lists(st.builds(Kernel, texts, tables), min_size=1, max_size=2))
    return Filter(draw(texts), tuple(kernels), draw(texts))


geometries = st.builds(
    Geometry,
    st.sampled_from(MODES),
    st.sampled_from(BORDERS),
    pairs(MAX_STRIDE),
    pairs(MAX_DILATION),
    st.booleans(),
)
dense = st.builds(
    Dense,
    st.lists(st.sampled_from(NEURON_PATTERNS), min_size=2, max_size=MAX_NEURONS).map(tuple),
    seeds,
    st.none() | seeds,
)
others = st.one_of(
    st.builds(Convolution, filters() | st.just(find_preset("gradient")), geometries, weights),
    st.just(Relu()),
    st.builds(Pooling, st.sampled_from(["max", "average"]), pairs(MAX_POOL), pairs(MAX_POOL)),
    st.builds(Shuffle, seeds),
)


@st.composite
def all_settings(draw: st.DrawFn) -> FilterSettings:
    operations = draw(st.lists(others, min_size=1, max_size=3))
    operations *= draw(st.sampled_from([1, 1, (MAX_STEPS - 1) // len(operations)]))
    operations += draw(st.lists(dense, max_size=1))
    numbers = st.floats(allow_nan=False, allow_infinity=False)
    displays = st.none() | st.sampled_from(DISPLAYS)
    ranges = st.none() | st.tuples(numbers, numbers)
    return FilterSettings(
        tuple(
            Step(operation, draw(st.booleans()), draw(displays), draw(ranges))
            for operation in operations
        ),
        source=draw(st.sampled_from(SOURCES)),
        selected=draw(st.integers(0, len(operations) - 1)),
        lesson=draw(texts),
    )


FULL = FilterSettings(
    (
        Step(Convolution(find_preset("gradient"), Geometry("valid", "wrap", (2, 3), (1, 2), True))),
        Step(Relu(), is_on=False),
        Step(Pooling("average", (3, 2), (1, 2))),
        Step(Shuffle(7), display="abs", range=(-1.5, 2.5)),
        Step(Dense(("centre", "random"), 5, 7)),
    ),
    source="blue",
    selected=3,
    lesson="gx",
)


@settings(max_examples=50)
@given(all_settings())
def test_what_is_written_is_read_back_exactly(made):
    text = to_json(made)
    assert from_json(text) == made
    assert text.isascii()


def test_every_field_is_written():
    document = json.loads(to_json(FULL))
    assert document["schema"] == 1
    assert [step["operation"] for step in document["steps"]] == [
        "convolution",
        "relu",
        "pooling",
        "shuffle",
        "dense",
    ]
    assert document["steps"][0]["filter"]["kernels"][1]["weights"] == [
        [1, 2, 1],
        [0, 0, 0],
        [-1, -2, -1],
    ]
    assert (document["steps"][3]["display"], document["steps"][3]["range"]) == ("abs", [-1.5, 2.5])
    assert from_json(json.dumps(document)) == FULL


def test_what_is_left_out_has_its_usual_value():
    short = '{"schema": 1, "steps": [{"operation": "convolution", "filter": {"preset": "gx"}}]}'
    assert from_json(short) == single_filter()
    operations = ["relu", "pooling", "shuffle", "dense"]
    steps = [{"operation": operation} for operation in operations]
    read = from_json(json.dumps({"schema": 1, "steps": steps}))
    assert [step.operation for step in read.steps] == [Relu(), Pooling(), Shuffle(), Dense()]
    tiling = {"operation": "pooling", "size": [3, 4]}
    read = from_json(json.dumps({"schema": 1, "steps": [tiling]}))
    assert read.step.operation == Pooling("max", (3, 4), (3, 4))


def test_a_document_as_it_has_always_been_written_is_read():
    convolution = (
        '{"operation": "convolution", "filter": {"name": "Gx", "key": "gx", "kernels": [{"name": '
        '"Gx", "weights": [[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]}]}, "geometry": '
        '{"mode": "valid", "border": "wrap", "stride": [2, 3], "dilation": [1, 2], '
        '"is_correlation": true}, "offset": 12.5, "is_on": false, "display": null, "range": null}'
    )
    pooling = (
        '{"operation": "pooling", "kind": "average", "size": [3, 2], "stride": [1, 2], '
        '"is_on": true, "display": "abs", "range": [-1.5, 2.5]}'
    )
    text = (
        '{"schema": 1, "source": "blue", "selected": 1, "lesson": "caf\\udce9", "steps": '
        f"[{convolution}, {pooling}]}}"
    )
    geometry = Geometry("valid", "wrap", (2, 3), (1, 2), True)
    assert from_json(text) == FilterSettings(
        (
            Step(Convolution(find_preset("gx"), geometry, 12.5), is_on=False),
            Step(Pooling("average", (3, 2), (1, 2)), display="abs", range=(-1.5, 2.5)),
        ),
        source="blue",
        selected=1,
        lesson="caf\udce9",
    )


def test_a_preset_saved_under_an_earlier_name_has_the_present_one():
    preset = find_preset("lines-level")
    kernels = (replace(preset.kernels[0], name="Level lines"),)
    saved = single_filter(Filter("Level lines", kernels, preset.key))
    assert from_json(to_json(saved)) == single_filter(preset)
    painted = single_filter(Filter("Mine", (Kernel("Mine", np.eye(3)),), preset.key))
    assert from_json(to_json(painted)) == painted


def test_older_documents_have_one_display_and_range_for_the_chosen_step():
    document = json.loads(to_json(FULL))
    for step in document["steps"]:
        del step["display"], step["range"]
    del document["lesson"]  # of which they know nothing
    assert from_json(json.dumps(document | {"display": None, "range": None})).step.display is None
    assert from_json(json.dumps(document | {"display": "abs", "range": [-1.5, 2.5]})) == replace(
        FULL, lesson=""
    )


def changed(path: str, value: object) -> str:
    """Return the document of `FULL` with one field replaced, or taken out for ..."""
    document = json.loads(to_json(FULL))
    place, (*above, last) = document, [int(p) if p.isdigit() else p for p in path.split("/")]
    for step in above:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("schema", 2, "“schema” is 2, which is unknown"),
        ("schema", ..., "“schema” is missing"),
        ("steps", ..., "“steps” is missing"),
        ("steps", {}, "“steps” is not a list"),
        ("steps/0", [], "“steps/1” is not an object"),
        ("steps/0/operation", "blur", "“steps/1/operation” is “blur”, which is unknown"),
        ("steps/0/is_on", 1, "“steps/1/is_on” is not true or false"),
        ("steps/0/offset", "5", "“steps/1/offset” is not a number"),
        ("steps/0/offset", 10**400, "“steps/1/offset” is too large"),
        ("steps/0/offset", float("nan"), "“steps/1/offset” is not a finite number"),
        ("steps/0/geometry/stride", [1], "“steps/1/geometry/stride” must have 2 entries, not 1"),
        ("steps/0/geometry/stride", [1, 2.0], "“steps/1/geometry/stride/2” is not an integer"),
        ("steps/0/geometry/border", "black", "“steps/1/geometry/border” is “black”, which"),
        ("steps/0/geometry/dilaton", [1, 1], "“steps/1/geometry/dilaton” is unknown"),
        ("steps/0/filter/kernels", [1], "“steps/1/filter/kernels/1” is not an object"),
        (
            "steps/0/filter/kernels/1/weights/2/0",
            True,
            "“steps/1/filter/kernels/2/weights/3/1” is not a number",
        ),
        (
            "steps/0/filter/kernels/0/weights/0",
            [1, 2],
            "“steps/1/filter/kernels/1” has rows of different lengths",
        ),
        ("steps/0/filter/name", None, "“steps/1/filter/name” is not a string"),
        ("steps/0/filter/name", "x" * 5000, "“steps/1/filter/name” is too long"),
        ("steps/2/kind", "median", "“steps/3/kind” is “median”, which"),
        ("steps/4/neurons/0", "cat", "“steps/5/neurons/1” is “cat”, which"),
        ("steps/4/seed", 2**60, "“steps/5/seed” is too large"),
        ("lesson", 6, "“lesson” is not a string"),
        ("source", ["grey"], "“source” is not a string"),
        ("display", "x-ray", "“display” is “x-ray”, which"),
        ("range", [0, None], "“range/2” is not a number"),
        ("steps/3/display", "x-ray", "“steps/4/display” is “x-ray”, which"),
        ("steps/3/range", [0, None], "“steps/4/range/2” is not a number"),
    ],
)
def test_a_bad_field_is_named(path, value, reason):
    with pytest.raises(KernelError) as caught:
        from_json(changed(path, value))
    sentence = caught.value.sentence
    assert sentence.startswith(f"The steps could not be read: {reason}")
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("steps/0/geometry/stride", [0, 1], "A stride of 0×1 is out of range (1 to 16)."),
        ("steps/2/size", [65, 1], "The size and stride of pooling must be 1 to 64."),
        ("steps/3/seed", -1, "A seed is an integer from 0 to 4,294,967,295."),
        ("steps/4/neurons", ["centre"], "A fully connected step has 2 to 8 neurons."),
        ("steps/0/offset", 1e7, "The bias must be between −1,000,000 and 1,000,000."),
        ("selected", 5, "There is no step 6."),
        ("steps", [], "There must be 1 to 12 steps."),
        ("steps", [{"operation": "relu"}] * 13, "There must be 1 to 12 steps."),
        ("steps/4/neurons", ["centre"] * 9, "A fully connected step has 2 to 8 neurons."),
        ("steps/0/filter/kernels", [], "“Gradient magnitude” cannot be used: a filter has one or"),
        (
            "steps/0/filter/kernels/0/weights",
            [[1] * 32],
            "“Gx” cannot be used: it is 1×32; the maximum is 31×31",
        ),
        ("steps/0/filter", {"preset": "no such"}, "There is no kernel called “no such”;"),
        ("steps/0", {"operation": "dense"}, "No step can follow the fully connected one."),
    ],
)
def test_values_that_make_no_settings_are_refused_in_their_own_words(path, value, sentence):
    with pytest.raises(KernelError) as caught:
        from_json(changed(path, value))
    assert caught.value.sentence.startswith(sentence)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is not valid JSON at line 1, character 1"),
        ('{"schema": 1,\n"steps": [}', "it is not valid JSON at line 2, character 11"),
        ("[]", "it is not an object with fields"),
        ("[" * 200_000, "it is nested too deeply"),
        ('{"schema": ' + "9" * 5000 + "}", "it contains a number that is far too long"),
        (" " * 2_000_001, "it is too long"),
    ],
)
def test_a_text_that_is_no_document_says_why(text, reason):
    with pytest.raises(KernelError) as caught:
        from_json(text)
    assert caught.value.sentence == f"The steps could not be read: {reason}."


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


def _places(content: object, above: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    keys = (
        list(content)
        if isinstance(content, dict)
        else list(range(len(content)))
        if isinstance(content, list)
        else []
    )
    below = [place for key in keys for place in _places(content[key], (*above, key))]
    return [(*above, key) for key in keys] + below


PLACES = _places(json.loads(to_json(FULL)))


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(PLACES), values), min_size=1, max_size=3))
def test_a_stranger_s_document_is_read_or_refused_in_a_sentence(changes):
    document = copy.deepcopy(json.loads(to_json(FULL)))
    for (*above, last), value in changes:
        place = document
        try:
            for key in above:
                place = place[key]
            place[last] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    outcome = read_or_refused(json.dumps(document))
    if isinstance(outcome, str):
        assert outcome.endswith(".")
    else:
        assert from_json(to_json(outcome)) == outcome


def read_or_refused(text: str) -> FilterSettings | str:
    try:
        return from_json(text)
    except KernelError as error:
        return error.sentence
