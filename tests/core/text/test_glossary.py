"""The learner's words: one sentence each, and one truth with the glossary for developers."""

import json
import re

import pytest

from explorer import paths
from explorer.core.text.glossary import define, terms
from tests.test_architecture import ROOT

PROMISED = (
    "kernel, convolution, correlation, stride, dilation, padding, border, zero, replicate, "
    "reflect, wrap, full, same, valid, receptive field, feature map, ReLU, pooling, softmax, "
    "logit, flatten, fully connected, bias, rank, separable, frequency response, "
    "gradient magnitude"
)


@pytest.mark.parametrize("term", PROMISED.split(", "))
def test_every_promised_term_is_explained(term):
    assert term in terms()
    assert len(define(term)) > 20


@pytest.mark.parametrize("term", terms())
def test_an_explanation_is_one_plain_sentence(term):
    sentence = define(term)
    assert re.fullmatch(r"[A-Z][^!?\n]*[^.]\.", sentence)
    assert not re.search(r"[.!?]\s", sentence)
    assert len(sentence) <= 140


def test_an_unknown_term_is_a_mistake_of_ours():
    with pytest.raises(KeyError, match="kernle"):
        define("kernle")


def test_the_terms_are_sorted_and_written_once():
    text = (paths.resources() / "glossary.json").read_text(encoding="utf-8")
    written = [term for term, _ in json.loads(text, object_pairs_hook=list)]
    assert len(written) == len({term.casefold() for term in written})
    assert tuple(written) == terms()
    assert written == sorted(written, key=str.lower)


def test_the_glossary_for_developers_says_the_same():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    ours, _, learners = text.partition("## For learners")
    listed = dict(re.findall(r"^- \*\*(.+?)\*\*: (.+)$", learners, re.MULTILINE))
    assert listed == {term: define(term) for term in terms()}
    defined = {term.lower() for term in re.findall(r"^- \*\*(.+?)\*\*", ours, re.MULTILINE)}
    assert defined
    assert defined.isdisjoint(term.lower() for term in terms())
