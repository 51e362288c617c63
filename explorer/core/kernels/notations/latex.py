r"""Read matrices as LaTeX writes them: \frac{1}{9}\begin{bmatrix} 1 & 1 \\ 1 & 1 \end{bmatrix}."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from explorer.core.kernels.notations.matlab import read_matlab
from explorer.core.kernels.notations.values import (
    MatrixError,
    Named,
    NotClosedError,
    NotUnderstoodError,
    Reading,
)

_MAX_NESTING = 20
_UNKNOWN = "?"
_TOKEN = re.compile(
    r"""
      (?P<edge>\\(?:begin|end)\s*\{[A-Za-z]+\*?\})
    | (?P<row>\\\\(?:\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\])?|\\(?:cr|tabularnewline)(?![A-Za-z]))
    | (?P<command>\\[A-Za-z]+\*?)
    | (?P<space>\s+|~|\$+|\\[^A-Za-z])
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)
    | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_MATRICES = re.compile(r"(?:[bpvBV]?matrix|smallmatrix|array|tabular)\*?")
_DELIMITED = re.compile(r"\\(?:left|right|middle|[bB]igg?[lrm]?)")
_FRACTIONS = frozenset({r"\frac", r"\tfrac", r"\dfrac", r"\cfrac"})
_SIGNS = {r"\times": "*", r"\cdot": "*", r"\ast": "*", r"\div": "/", r"\pi": "pi"}
_TURNED = frozenset({"T", r"\top", r"\intercal", r"\mathsf{T}", r"\mathrm{T}"})
_WITHOUT_MEANING = frozenset(
    {r"\hline", r"\displaystyle", r"\textstyle", r"\scriptstyle", r"\nonumber", r"\limits"}
)
_WITH_UNUSED_GROUP = frozenset(
    {r"\phantom", r"\hphantom", r"\vphantom", r"\hspace", r"\hspace*", r"\label", r"\tag"}
)
_GAPS = frozenset({r"\quad", r"\qquad", r"\text"})


def read_latex(text: str) -> Reading:
    r"""Read every matrix, with the factors before and behind it.

    Parameters
    ----------
    text : str
        matrix, pmatrix, bmatrix, array and the like; \frac and its kin; a name for the picture
        behind ("* \mathbf{A}") is passed over, and so is what a matrix is said to equal.

    Raises
    ------
    MatrixError
        There is no matrix of numbers in it.
    """
    text = re.sub(r"(?<!\\)%[^\n]*", "", text)
    tokens = [(one.lastgroup or "", one.group()) for one in _TOKEN.finditer(text)]
    matrices: list[Named] = []
    translator = _Translator(tokens)
    try:
        while not matrices or translator.has_more:
            words = translator.to_matlab()
            if translator.name or not translator.is_repeated:
                (matrix,) = read_matlab(words).matrices
                matrices.append(Named(translator.name, matrix.value))
            translator = translator.behind()
        return Reading(tuple(matrices))
    except NotClosedError as error:
        raise MatrixError("a matrix or bracket in the LaTeX is not closed") from error
    except NotUnderstoodError as error:
        reason = "the LaTeX may only contain numbers, fractions and matrices"
        raise MatrixError(reason) from error


def _without_names_behind(words: str) -> str:
    """Take off what the matrix is applied to: "[1,2]*??" is "[1,2]"."""
    end = len(words.rstrip(f"{_UNKNOWN}*()"))
    first = words.find(_UNKNOWN, end)
    return words if first < 0 else words[:first].rstrip("*(")


@dataclass
class _Translator:
    """Turns LaTeX into the words of MATLAB, where spaces would part cells: so none are left."""

    tokens: list[tuple[str, str]]
    next: int = 0
    depth: int = 0
    inside: int = 0
    has_matrix: bool = False
    is_over: bool = False
    is_repeated: bool = False
    name: str = ""
    words: list[str] = field(default_factory=list)
    _letters: str = ""
    _is_equated: bool = False

    @property
    def has_more(self) -> bool:
        """Whether another matrix begins behind what was translated."""
        return any(
            kind == "edge" and _MATRICES.fullmatch(text[text.index("{") + 1 : -1])
            for kind, text in self.tokens[self.next :]
        )

    def behind(self) -> "_Translator":
        """Return the translator of the next matrix."""
        return _Translator(self.tokens, self.next, is_repeated=self._is_equated)

    def to_matlab(self) -> str:
        while self.next < len(self.tokens) and not self.is_over:
            self._translate()
        if not self.has_matrix:
            raise MatrixError("the LaTeX contains no matrix")
        return _without_names_behind("".join(self.words))

    def _translate(self) -> None:
        kind, text = self.tokens[self.next]
        self.next += 1
        if kind == "edge":
            self._pass_edge(text)
        elif kind == "row":
            self._part(";")
        elif kind == "command":
            self._command(text)
        elif kind == "number":
            self.words.append(text)
        elif kind == "sign":
            self._sign(text)

    def _sign(self, sign: str) -> None:
        if sign == "&":
            if self.inside:
                self.words.append(",")
        elif sign == "{":
            self.words.extend(self._rest_of_group())
        elif sign == "_":
            self._argument()
        elif sign == "^":
            exponent = "".join(self._argument(is_raw=True))
            if exponent in _TURNED:
                self.words.append("'")
            else:
                self.words += ["^", "(", exponent, ")"]
        elif sign == "=" and not self.inside:
            self._relation()
        elif sign in ",.;:" and not self.inside:
            self.is_over = self.has_matrix
        elif sign in "+-*/()[]":
            self.words.append(sign)
        else:
            self._letters += sign if sign.isalpha() else ""
            self.words.append(_UNKNOWN)

    def _command(self, name: str) -> None:
        if name in _FRACTIONS:
            above, below = self._argument(), self._argument()
            if len(above) == len(below) == 1:
                self.words += ["(", *above, "/", *below, ")"]
            else:
                self.words += ["((", *above, ")/(", *below, "))"]
        elif name == r"\sqrt":
            self.words += ["sqrt(", *self._argument(), ")"]
        elif name in _SIGNS:
            self.words.append(_SIGNS[name])
        elif name in (r"\approx", r"\equiv") and not self.inside:
            self._relation()
        elif name in _GAPS and not self.inside:
            self.is_over = self.has_matrix
            self._letters = ""
        elif name in _WITH_UNUSED_GROUP:
            self._argument()
        elif _DELIMITED.fullmatch(name):
            self._delimiter()
        elif name not in _WITHOUT_MEANING and name not in _GAPS:
            self.words.append(_UNKNOWN)

    def _relation(self) -> None:
        """Forget the name before a sign of equality, or end at one behind the matrix."""
        if self.has_matrix:
            self.is_over = self._is_equated = True
        else:
            self.name, self._letters = self._letters, ""
            self.words.clear()

    def _part(self, sign: str) -> None:
        if self.inside:
            self.words.append(sign)
        else:
            self.is_over = self.has_matrix

    def _pass_edge(self, text: str) -> None:
        name = text[text.index("{") + 1 : -1]
        if not _MATRICES.fullmatch(name):
            return
        is_begin = text.startswith(r"\begin")
        self.has_matrix = True
        self.inside += 1 if is_begin else -1
        self.words.append("[" if is_begin else "]")
        if is_begin:
            self._pass_options(has_columns=name.startswith(("array", "tabular")))

    def _pass_options(self, *, has_columns: bool) -> None:
        r"""Pass over [r] of bmatrix* and {c|c} of array."""
        if self._peek() == "[":
            while self.next < len(self.tokens) and self.tokens[self.next][1] != "]":
                self.next += 1
            self.next += 1
        if has_columns:
            self._argument(is_raw=True)

    def _delimiter(self) -> None:
        """After left and right: brackets are kept, what is none (a dot, a bar) is not."""
        if self._peek() not in ("(", ")", "[", "]"):
            self.next += 1

    def _peek(self) -> str:
        while self.next < len(self.tokens) and self.tokens[self.next][0] == "space":
            if self.tokens[self.next][1] in (r"\{", r"\}", r"\|"):
                break
            self.next += 1
        return self.tokens[self.next][1] if self.next < len(self.tokens) else ""

    def _argument(self, *, is_raw: bool = False) -> list[str]:
        r"""Take the next group, or the next sign or digit: \frac12 is a half."""
        first = self._peek()
        if not first:
            raise MatrixError("the LaTeX ends too early")
        kind = self.tokens[self.next][0]
        if first == "{":
            self.next += 1
            return self._rest_of_group(is_raw=is_raw)
        if kind == "number" and len(first) > 1:
            self.tokens[self.next] = (kind, first[1:])
            return [first[0]]
        if is_raw:
            self.next += 1
            return [first]
        return self._collect(self._translate)

    def _rest_of_group(self, *, is_raw: bool = False) -> list[str]:
        """Take what is left of a group, translated, or as it is without its spaces."""

        def take() -> None:
            while self._peek() != "}":
                if self.next >= len(self.tokens):
                    raise MatrixError("a brace in the LaTeX is not closed")
                if is_raw:
                    self.words.append(self.tokens[self.next][1])
                    self.next += 1
                else:
                    self._translate()
            self.next += 1

        return self._collect(take)

    def _collect(self, take: Callable[[], None]) -> list[str]:
        """Return the words that come of taking something, one level deeper."""
        words, self.words = self.words, []
        self.depth += 1
        if self.depth > _MAX_NESTING:
            raise MatrixError("it is nested too deeply")
        take()
        self.depth -= 1
        words, self.words = self.words, words
        return words
