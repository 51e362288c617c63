"""What is said of a value: its steps, both numbers, and whether they agree."""

from dataclasses import replace

import numpy as np
import pytest

from explorer.core.layers.arithmetic import Continuation, Step, ValueArithmetic
from explorer.core.layers.effective_field import EffectiveField
from explorer.core.layers.layers import ReceptiveField
from explorer.views.network.value.texts import (
    agrees,
    describe_continuation,
    describe_field,
    describe_step,
    describe_total,
    describe_verdict,
)

SUM = ValueArithmetic(
    how="sum",
    names=("channel 1", "channel 2"),
    values=np.array([[[1.0, 2.0]], [[3.0, 4.0]]]),
    weights=np.array([[[1.0, -1.0]], [[0.5, 0.5]]]),
    total=2.5,
    steps=(Step("add", "bias", -3.0, -0.5), Step("apply", "relu", 0.0, 0.0)),
    result=0.0,
    framework=0.0,
)


def test_a_sum_and_its_steps_are_lines():
    assert describe_total(SUM) == "sum of 2 channels: 2.5"
    assert [describe_step(step) for step in SUM.steps] == ["+ bias −3 = −0.5", "relu: 0"]
    steps = (Step("divide", "standard deviation", 2.0, 0.25),)
    told = describe_continuation(Continuation("backbone/norm", steps, 0.25, 0.25))
    assert told == "then norm: ÷ standard deviation 2 = 0.25"


def test_both_numbers_are_told_and_whether_they_agree():
    near = replace(SUM, result=1.0, framework=1.000001)
    assert describe_verdict(near, "Keras") == ("Computed here: 1. By Keras: 1.000001. They agree.")
    far = replace(SUM, result=1.0, framework=1.01)
    assert describe_verdict(far, "Keras").endswith("They differ by 0.01.")
    unknown = ValueArithmetic(framework=-2.0, note="It is not written out.")
    assert describe_verdict(unknown, "Keras") == "The model computes −2."


def test_what_cancels_out_may_be_off_by_the_rounding_of_its_parts():
    large = replace(SUM, values=SUM.values * 1e6, total=0.0, steps=(), result=0.0, framework=0.5)
    assert agrees(large)
    assert not agrees(replace(large, framework=500.0))


@pytest.mark.parametrize(
    ("stride", "told"),
    [
        ((8.0, 8.0), "Receptive field: 43×43 pixels, 8 apart from value to value."),
        ((8.0, 4.0), "Receptive field: 43×43 pixels, 8 and 4 apart from value to value."),
        ((0.0, 0.0), "Receptive field: the whole picture."),
    ],
)
def test_the_receptive_field_is_told(stride, told):
    assert describe_field(ReceptiveField((43, 43), stride, (-3, -3)), None, None) == (told,)


def test_a_value_that_no_pixel_changes_is_told():
    dead = EffectiveField(np.zeros((4, 4), np.float32))
    lines = describe_field(None, None, dead)
    assert lines[0] == "The receptive field of this layer is not known."
    assert lines[1] == "No pixel changes this value at present: its gradient is 0."
