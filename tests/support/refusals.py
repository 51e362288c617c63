"""What is refused, and whether the sentence that says so is one."""

from collections.abc import Callable

import pytest

from explorer.errors import KernelError


def refusal(function: Callable[..., object], *arguments: object) -> str:
    """Return the sentence with which something is refused."""
    with pytest.raises(KernelError) as caught:
        function(*arguments)
    sentence = caught.value.sentence
    assert sentence.endswith(".")
    assert len(sentence) < 300 or "the presets are" in sentence  # all presets
    assert "\n" not in sentence
    return sentence
