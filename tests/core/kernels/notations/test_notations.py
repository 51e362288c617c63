"""Matrices as NumPy, MATLAB, tables and LaTeX write them, and what is none of them."""

import contextlib
import time
from typing import get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from explorer.core.kernels.kernel import Kernel
from explorer.core.kernels.notations.formatting import MatrixStyle, format_matrix
from explorer.core.kernels.notations.parsing import parse_matrix
from explorer.core.kernels.presets import PRESETS, find_preset
from explorer.errors import KernelError
from tests.support.refusals import refusal

BOX = np.full((3, 3), 1 / 9)
SOBEL = np.outer([1, 2, 1], [1, 0, -1])
SMOOTH = np.outer([1, 2, 1], [1, 2, 1]) / 16


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("np.array([[1,1,1],[1,1,1],[1,1,1]])/9", BOX),
        ("numpy.ones((3,3))/9", BOX),
        ("ones((3, 3)) / 9", BOX),
        ("1/9 * np.ones((3, 3), np.float32)", BOX),
        ("(1.0 / 9) * np.array([[1., 1, 1]] * 1, dtype='float32')", BOX[:1]),
        ("np.full((3, 3), 1/9)", BOX),
        ("np.outer([1,2,1],[1,0,-1])", SOBEL),
        ("np.array([[1], [2], [1]]) @ np.array([[1, 0, -1]])", SOBEL),
        ("np.array([[1], [2], [1]]) * np.array([1, 0, -1])", SOBEL),
        ("-np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]).T", -SOBEL),
        ("array([[ 1.,  0., -1.],\n       [ 2.,  0., -2.],\n       [ 1.,  0., -1.]])", SOBEL),
        ("    k = np.array([[1, 0, -1],  # Sobel\n    [2, 0, -2],\n    [1, 0, -1]])", SOBEL),
        ("import numpy as np\nk = np.outer([1, 2, 1], [1, 2, 1])\nk = k / k.sum()", SMOOTH),
        ("k = np.float32([[1, 2, 1], [2, 4, 2], [1, 2, 1]])\nk /= np.sum(k)\n", SMOOTH),
        (">>> k = np.array([[1, 0],\n...               [0, 1]])\n>>> k * 2", 2 * np.eye(2)),
        ("np.array([1, 2, 3, 4], np.int32).reshape(2, 2)", [[1, 2], [3, 4]]),
        ("np.array([1, 2, 1])", [[1, 2, 1]]),
        ("np.fliplr(np.eye(2)) - 2**-1", [[-0.5, 0.5], [0.5, -0.5]]),
        ("torch.tensor([[1., 2.]])", [[1, 2]]),
        ("np.sqrt([[4, 9]]) * np.pi", [[2 * np.pi, 3 * np.pi]]),
        ("[[1/9, 1/9, 1/9]]", BOX[:1]),
        ("1/4 * [[1, 1], [1, 1]]", np.full((2, 2), 0.25)),
        ("[1, 2, 1]", [[1, 2, 1]]),
        ("[1, -2]", [[1, -2]]),
        ("[[1, 2],\n [-3, \N{MINUS SIGN}4]]", [[1, 2], [-3, -4]]),
    ],
)
def test_numpy_is_read(text, weights):
    np.testing.assert_allclose(parse_matrix(text).filter.kernels[0].weights, weights, rtol=1e-15)


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("[1 2 1; 0 0 0; -1 -2 -1]/8", SOBEL.T / 8),
        ("ones(3)/9", BOX),
        ("ones(3,3)./9;", BOX),
        ("ones([2 3])", np.ones((2, 3))),
        ("1/9*[1 1 1; 1 1 1; 1 1 1]", BOX),
        ("1/9 [1 1 1; 1 1 1; 1 1 1]", BOX),
        ("h = [1 0 -1\n     2 0 -2\n     1 0 -1];", SOBEL),
        ("h = [1, 0, -1; ... % first\n 2, 0, -2; % second\n 1, 0, -1]", SOBEL),
        ("[1, 0, -1\n 2, 0, -2\n 1, 0, -1]", SOBEL),
        ("[1;2;1]*[1 0 -1]", SOBEL),
        ("[1 2 1]' * [1 0 -1]", SOBEL),
        ("[1 2 1].*[2 2 2]", [[2, 4, 2]]),
        ("[[1 0; 0 1], ones(2); zeros(1, 4)]", [[1, 0, 1, 1], [0, 1, 1, 1], [0, 0, 0, 0]]),
        ("[1 -2]", [[1, -2]]),
        ("[1 - 2]", [[-1]]),
        ("[1 -2 - 3 +4]", [[1, -5, 4]]),
        ("[(1 - 2) 3]", [[-1, 3]]),
        ("[-2^2 2^-1]", [[-4, 0.5]]),
        ("[[ 1  2]\n [-3 -4]]", [[1, 2], [-3, -4]]),  # as NumPy prints
        ("[[1]\n [2]]", [[1], [2]]),
        ("[1. .5 1e-3]", [[1, 0.5, 0.001]]),
        ("eye(2) - ones(2)/2", [[0.5, -0.5], [-0.5, 0.5]]),
        ("h =\n\n     1     2\n    -3     4\n", [[1, 2], [-3, 4]]),
    ],
)
def test_matlab_is_read(text, weights):
    np.testing.assert_allclose(parse_matrix(text).filter.kernels[0].weights, weights, rtol=1e-15)


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("{{1,2,1},{2,4,2},{1,2,1}}/16", SMOOTH),
        ("1/9 * {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}", BOX),
        ("k = {{1/9, 1/9, 1/9}};", BOX[:1]),
        (
            "static const float k[3][3] =\n{\n {1.f, 0, -1.f},\n {2, 0, -2},\n {1, 0, -1},\n};",
            SOBEL,
        ),
        ("double[][] k = {{0.5, 1e-1F}}", [[0.5, 0.1]]),
        ("{1, 2, 1}", [[1, 2, 1]]),
    ],
)
def test_c_and_mathematica_are_read(text, weights):
    np.testing.assert_allclose(parse_matrix(text).filter.kernels[0].weights, weights, rtol=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2, 1,\n 2, 4, 2,\n 1, 2, 1]",
        "[\n    1, 2, 1,\n\n    2, 4, 2,  # the middle\n    1, 2, 1,\n]",
        "np.array([1, 2, 1,\n          2, 4, 2,\n          1, 2, 1])",
        "k = (1., 2., 1.,\n     2., 4., 2.,\n     1., 2., 1.)",
        "float k[9] = {1, 2, 1,\n              2, 4, 2,\n              1, 2, 1};",
        "w = [1, 2, 1,\n 2, 4, 2,\n 1, 2, 1]\nw = np.array(w, dtype=float)",
    ],
)
def test_lines_of_a_list_without_inner_brackets_are_rows_and_it_is_said(text):
    read = parse_matrix(text)
    np.testing.assert_allclose(read.filter.kernels[0].weights, SMOOTH * 16)
    assert read.note == (
        "Each line was read as a row: 3 rows of 3. For a single row, write the list on one line."
    )


def test_a_long_list_is_read_by_its_lines():
    # As one row it would be longer than a kernel may be.
    text = "float box[49] = {\n" + "1, 1, 1, 1, 1, 1, 1,\n" * 7 + "};"
    assert parse_matrix(text).filter.kernels[0].weights.tolist() == np.ones((7, 7)).tolist()
    assert "49 long" in refusal(parse_matrix, text.replace("\n", " "))


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("[1, 2,\n 3]", [[1, 2, 3]]),  # wrapped
        ("[\n1,\n2,\n3\n]", [[1, 2, 3]]),  # as programs lay long lists out
        ("[1, 2, 3, 4]", [[1, 2, 3, 4]]),
        ("[[1, 2,\n  3, 4]]", [[1, 2, 3, 4]]),  # as NumPy wraps a row
        ("[[1, 2,\n  3, 4],\n [5, 6,\n  7, 8]]", [[1, 2, 3, 4], [5, 6, 7, 8]]),
        ("[[1, 2],\n [3, 4]]", [[1, 2], [3, 4]]),
        ("[[1, 2], [3, 4],\n [5, 6], [7, 8]]", [[1, 2], [3, 4], [5, 6], [7, 8]]),
        ("np.array([1, 2,\n 3, 4]).reshape(4, 1)", [[1], [2], [3], [4]]),
        ("np.array([1, 2,\n 3, 4]).reshape(2, 2)", [[1, 2], [3, 4]]),
        ("np.outer([1, 2,\n 3, 4], [1, 0])", [[1, 0], [2, 0], [3, 0], [4, 0]]),
        ("[1, 2\n 3, 4]", [[1, 2], [3, 4]]),  # MATLAB: lines are rows
        ("1, 2,\n3, 4", [[1, 2], [3, 4]]),
    ],
)
def test_where_the_lines_mean_nothing_else_nothing_is_said(text, weights):
    read = parse_matrix(text)
    assert read.filter.kernels[0].weights.tolist() == weights
    assert read.note == ""


@pytest.mark.parametrize(
    "text",
    [
        "1,2.5\n-3,0\n",
        "1;2.5\n-3;0",
        "1\t2.5\r\n-3\t0\r\n",
        "1 2.5\n -3  0",
        "1 5/2\n\N{MINUS SIGN}3 0",
        " 1, 2.50 \n-3.0, 0e5",
    ],
)
def test_a_table_is_read(text):
    assert parse_matrix(text).filter.kernels[0].weights.tolist() == [[1, 2.5], [-3, 0]]


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        (r"\frac{1}{16}\begin{bmatrix}1&2&1\\2&4&2\\1&2&1\end{bmatrix}", SMOOTH),
        (r"\begin{pmatrix}1&2&1\\2&4&2\\1&2&1\end{pmatrix} / 16", SMOOTH),
        (r"\begin{matrix}1&2&1\\2&4&2\\1&2&1\end{matrix} \cdot \tfrac1{16}", SMOOTH),
        (
            r"$$ K = \dfrac{1}{9} \left[ \begin{array}{c|cc} 1 & 1 & 1 \end{array} \right] $$",
            BOX[:1],
        ),
        (
            r"\[ K_{x} = \left(\frac19\right) \begin{bmatrix} 1 & 1 & 1 \\[2pt] \end{bmatrix}, \]",
            BOX[:1],
        ),
        (
            # As an encyclopedia writes it.
            r"\mathbf {G} _{x}={\begin{bmatrix}+1&0&-1\\+2&0&-2\\+1&0&-1\end{bmatrix}}*\mathbf {A}",
            SOBEL,
        ),
        (
            r"G_x = \begin{bmatrix} 1\\2\\1 \end{bmatrix} * \begin{bmatrix} 1&0&-1 \end{bmatrix}",
            SOBEL,
        ),
        (
            r"\begin{bmatrix} 1 & 2 & 1 \end{bmatrix}^T \begin{bmatrix} 1 & 0 & -1 \end{bmatrix}",
            SOBEL,
        ),
        (
            "\\begin{equation}\n\\label{eq:box}\nK = \\frac{1}{9} % mean\n"
            "\\begin{bmatrix*}[r]\n 1 & 1 & 1 \\\\ \\hline\n\\end{bmatrix*}.\n\\end{equation}",
            BOX[:1],
        ),
        (
            r"\begin{bmatrix} {-}1 & - 2 & \phantom{-}3 \\ -\frac{1}{2} & 1/4 &\sqrt4\end{bmatrix}",
            [[-1, -2, 3], [-0.5, 0.25, 2]],
        ),
        (r"\frac{1}{2 \cdot 8} \begin{smallmatrix} 16 & 32 \end{smallmatrix}", [[1, 2]]),
        (r"10^{-2} \times \begin{bmatrix} 1 & 2 \end{bmatrix}", [[0.01, 0.02]]),
        (r"\begin{bmatrix}1&0\end{bmatrix} \quad \begin{bmatrix}5&5\end{bmatrix}", [[1, 0]]),
        (r"\begin{align} A &= \begin{bmatrix}1&0\end{bmatrix} \\ B &= 3 \end{align}", [[1, 0]]),
    ],
)
def test_latex_is_read(text, weights):
    np.testing.assert_allclose(parse_matrix(text).filter.kernels[0].weights, weights, rtol=1e-15)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  \n ", "empty"),
        ("[]", "empty"),
        ("np.array([])", "empty"),
        ("np.array([[]])", "empty"),
        ("import numpy as np", "empty"),
        ("np.float32(5)", "single number"),
        (r"\frac{1}{9}", "no matrix"),
        (r"\begin{bmatrix}\end{bmatrix}", "empty"),
        ("[1 2; 3]", "row 1 has 1 column, "),
        ("[[1, 2], [3]]", "row 1 has 1 column, "),
        (r"\begin{bmatrix}1&2\\3\end{bmatrix}", "row 1 has 1 column, "),
        ("1,2\n3", "row 1 has 1 column, "),
        ("[1 2 3; 4 5]", "row 1 has 2 columns, row 0 has 3"),
        ("[1 2; 3 x]", "line 1, character 9"),
        ("[1 2;\n 3 +", "bracket at line 1, character 1 is not closed"),
        ("[1 2;\n 3 4", "bracket at line 1, character 1 is not closed"),
        ("[1 2;\n 3 (4 - 2", "bracket at line 2, character 4 is not closed"),
        ("[1 2; 3 4](1)(", "bracket at line 1, character 14 is not closed"),
        ("{{1, 2}, {3}}", "row 1 has 1 column, row 0 has 2"),
        ("{{1, 2}, {3, 4}", "bracket at line 1, character 1 is not closed"),
        ("k[2][2] = {{1, 2}, {3, 4}", "bracket at line 1, character 11 is not closed"),
        ("float k[2] = {1, x};", "could not be read at line 1, character 18"),
        ("float k[2] =\n  {1, x};", "could not be read at line 2, character 7"),
        ("[[1, 2], [3, 4]", "bracket at line 1, character 1 is not closed"),
        ("np.array([[1, 2],\n  [3, 4", "bracket at line 2, character 3 is not closed"),
        ("np.array([[1, 2],\n  [3, foo]])", "line 2, character 7"),
        ("np.array([[1, 2)", "could not be read at line 1"),
        ("1\t2\n3\tx", "row 1, column 1"),
        ("[1 2]/0", "divides by 0"),
        ("[1 2]/[3 4]", "by a matrix"),
        ("np.ones((2, 2)) / 0", "divides by 0"),
        (r"\frac{1}{0}\begin{bmatrix}1\end{bmatrix}", "divides by 0"),
        ("np.ones((32, 1))", "32×1; the maximum is 31×31"),
        ("ones(1000000000)", "1000000000×1000000000"),
        ("ones(2.5)", "not an integer"),
        ("np.ones(-1)", "not an integer"),
        ("np.ones((2, 2, 2))", "more than 2 dimensions"),
        ("[[[1, 2]], [[3, 4]]]", "more than 2 dimensions"),
        ("np.outer(np.ones(31), np.ones((31, 31)))", "31×961"),
        ("[1 2] + [1 2 3]", "do not match"),
        ("[1 2] * [3 4]", "do not match"),
        ("np.array([1, 2, 3]).reshape(2, 2)", "do not fill"),
        ("[1e400 2]", "not finite"),
        ("np.array([[1e400]])", "not finite"),
        ("9**9**9**9 * np.ones((2, 2))", "not finite"),
        ("[9^9^9^9^9 1]", "not finite"),
        ("np.array([[1e7]])", "beyond ±1,000,000"),
        ("np.array([[True]])", "could not be read"),
        ("np.array([[1j]])", "could not be read"),
        ("np.array([['a']])", "could not be read"),
        ("np.array([[nan]])", "could not be read"),
        ("np.ones((2, 2), order='C')", "could not be read"),
        ("np.ones()", "could not be read"),
        ("np.load('kernel.npy')", "could not be read"),
        ("np.linalg.inv([[1, 2], [3, 4]])", "could not be read"),
        ("__import__('os').system('true')", "could not be read"),
        ("[x for x in (1, 2)]", "could not be read"),
        ("np.array([[1]]).__class__", "could not be read"),
        ("(lambda: np.ones(3))()", "could not be read"),
        ("np.ones = 3", "could not be read"),
        ("inv([1 2; 3 4])", "line 1, character 1"),
        ("[1 2; 3 4](1))", "could not be read at line 1, character 14"),
        (r"\begin{bmatrix} 1 & \ldots \end{bmatrix}", "only contain numbers"),
        (r"\begin{bmatrix} 1 & & 2 \end{bmatrix}", "only contain numbers"),
        (r"\begin{bmatrix} 0{,}5 & 1 \end{bmatrix}", "only contain numbers"),
        (r"\begin{bmatrix} 1 & 2", "not closed"),
        (r"\begin{bmatrix} 1 & \frac{2", "brace"),
        (r"\begin{bmatrix} 1 & \frac{2}", "ends too early"),
        ("The kernel of the article", "could not be read"),
    ],
)
def test_what_is_no_matrix_is_refused_with_the_reason(text, reason):
    assert reason in refusal(parse_matrix, text)


HOSTILE = {
    "open brackets": "[" * 39_000,
    "open parentheses": "np.array(" + "(" * 39_000,
    "signs": "np.array(" + "-" * 39_000 + "1)",
    "signs in MATLAB": "[1 2; " + "-" * 39_000 + "1]",
    "a long sum": "[1" + "+1" * 3_800 + "]",
    "a sum of matrices": "[1 2]" + "+[1 2]" * 1_900,
    "a sum of arrays": "np.ones((31,31))" + "+np.ones((31,31))" * 1_900,
    "products": "np.ones((31,31))" + "@np.ones((31,31))" * 1_900,
    "powers": "np.ones(3)" + "**9" * 3_800,
    "commas": "[" + "1," * 3_800 + "1]",
    "rows": "[1 2;" * 1_900,
    "nots": "np.array(" + "not " * 9_000 + "1)",
    "lambdas": "np.array(" + "lambda:" * 5_000 + "1)",
    "choices": "np.array(" + "1 if 1 else " * 1_900 + "1)",
    "attributes": "np" + ".T" * 19_000,
    "calls": "np.ones" + "(1)" * 3_800,
    "comparisons": "np.array(1" + "<1" * 3_800 + ")",
    "digits": "np.array([" + "9" * 9_000 + "])",
    "dots": "[" + "." * 39_000,
    "transposes": "[1 2]" + "'" * 39_000,
    "fractions": r"\begin{bmatrix}" + r"\frac" * 7_000,
    "braces": r"\begin{bmatrix}" + "{" * 39_000,
    "matrices": r"\begin{bmatrix}" * 2_600,
    "ampersands": r"\begin{bmatrix}" + "&" * 39_000,
    "names": r"\begin{bmatrix}1\end{bmatrix}" + r"\x" * 9_000 + "(*" * 9_000,
    "too long": "1 " * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_costs_nothing(name):
    started = time.process_time()
    with contextlib.suppress(KernelError):
        parse_matrix(HOSTILE[name])
    assert time.process_time() - started < 2


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=120)
@given(
    st.lists(
        st.sampled_from(
            [
                *"[](){};,.&'*/+-^=_ \n\\0123",
                "np.",
                "array",
                "ones",
                "e5",
                r"\frac",
                r"\begin{bmatrix}",
                r"\end{bmatrix}",
                r"\\",
                r"\left",
                *("T", "x", "π", "\0", "\ud800", ".T", "**", "@"),
            ]
        ),
        max_size=25,
    ).map("".join)
)
def test_any_text_is_a_matrix_or_is_refused(text):
    with contextlib.suppress(KernelError):
        parse_matrix(text)


any_weights = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    elements=st.one_of(st.floats(-1e6, 1e6), st.integers(-20, 20).map(float)),
)


GX, GY = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"Gx = {GX}\nGy = {GY}", ["Gx", "Gy"]),
        (
            f"import numpy as np\nGx = np.array({GX})\nGy = np.rot90(Gx)\nGx",
            ["Gy", "pasted kernel"],
        ),
        (f"np.array({GX})\nnp.array({GY})", ["pasted kernel"] * 2),
        ("Gx = [-1 0 1; -2 0 2; -1 0 1];\nGy = [1 2 1; 0 0 0; -1 -2 -1];", ["Gx", "Gy"]),
        ("Gx = [-1 0 1; -2 0 2; -1 0 1], Gy = [1 2 1; 0 0 0; -1 -2 -1]", ["Gx", "Gy"]),
        (
            "[[-1 0 1]\n [-2 0 2]\n [-1 0 1]]\n[[1 2 1]\n [0 0 0]\n [-1 -2 -1]]",
            ["pasted kernel"] * 2,
        ),
        (
            "const float gx[3][3] = {{-1,0,1},{-2,0,2},{-1,0,1}};  // down\n"
            "const float gy[3][3] = {{1,2,1},{0,0,0},{-1,-2,-1}};",
            ["gx", "gy"],
        ),
        (
            "int gx[3][3]={-1,0,1,-2,0,2,-1,0,1}\n;int gy[3][3]={1,2,1,0,0,0,-1,-2,-1}",
            ["gx", "gy"],
        ),
        (f"const gx = {GX};\nconst gy = {GY};", ["gx", "gy"]),
        (f"let gx: number[][] = {GX}\nlet gy: number[][] = {GY}", ["gx", "gy"]),
        (
            r"\mathbf{G}_x = \begin{bmatrix} -1 & 0 & +1 \\ -2 & 0 & +2 \\ -1 & 0 & +1"
            r" \end{bmatrix} * \mathbf{A} \quad \mbox{and} \quad"
            r" \mathbf{G}_y = \begin{bmatrix} +1 & +2 & +1 \\"
            r" 0 & 0 & 0 \\ -1 & -2 & -1 \end{bmatrix} * \mathbf{A}",
            ["Gx", "Gy"],
        ),
        (f'{{"Gx": {GX}, "Gy": {GY}}}', ["Gx", "Gy"]),
        (f"Gx: {GX}\nGy: {GY}\n", ["Gx", "Gy"]),
        (
            "Gx:\n- [-1, 0, 1]\n- [-2, 0, 2]\n- [-1, 0, 1]\n"
            "Gy:\n- [1, 2, 1]\n- [0, 0, 0]\n- [-1, -2, -1]",
            ["Gx", "Gy"],
        ),
    ],
)
def test_two_matrices_are_two_kernels_whatever_the_notation(text, names):
    read = parse_matrix(text).filter
    assert [kernel.name for kernel in read.kernels] == names
    found = [kernel.weights.tolist() for kernel in read.kernels]
    assert sorted(found) == sorted([GX, GY] if "rot90" not in text else [GX, np.rot90(GX).tolist()])


@pytest.mark.parametrize(
    "text",
    [
        "- [1, 2, 1]\n- [0, 0, 0]\n- [-1, -2, -1]",
        "- - 1\n  - 2\n  - 1\n- - 0\n  - 0\n  - 0\n- - -1\n  - -2\n  - -1\n",  # as PyYAML writes it
        "kernel:\n  - [1, 2, 1]\n  - [0, 0, 0]\n  - [-1, -2, -1]",
        "name: gy\nweights: [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]",
        '{"weights": [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]}',
        "[1,2,1]\n[0,0,0]\n[-1,-2,-1]",
        "[1, 2, 1],\n[0, 0, 0],\n[-1, -2, -1]",
        "[1 2 1]\n[0 0 0]\n[-1 -2 -1]",
        "{1,2,1},\n{0,0,0},\n{-1,-2,-1}",
        "k = [1 0 -1; 2 0 -2; 1 0 -1];\nk'",
        "float k[3][3] = {1,2,1, 0,0,0, -1,-2,-1};",
        r"G = \begin{bmatrix}1\\0\\-1\end{bmatrix}\begin{bmatrix}1&2&1\end{bmatrix}"
        r" = \begin{bmatrix}1&2&1\\0&0&0\\-1&-2&-1\end{bmatrix}",
    ],
)
def test_no_row_is_dropped_silently(text):
    read = parse_matrix(text)
    assert [kernel.weights.tolist() for kernel in read.filter.kernels] == [GY]
    assert not read.note


@pytest.mark.parametrize(
    "text",
    [
        "1 2 1 0 0 0 -1 -2 -1",
        "1,2,1,0,0,0,-1,-2,-1",
        "[1, 2, 1, 0, 0, 0, -1, -2, -1]",
        "np.array([1, 2, 1, 0, 0, 0, -1, -2, -1])",
        "float k[9] = {1, 2, 1, 0, 0, 0, -1, -2, -1};",
        "const k = [1, 2, 1, 0, 0, 0, -1, -2, -1];",
    ],
)
def test_nine_numbers_in_a_row_are_a_square_and_it_is_said(text):
    read = parse_matrix(text)
    assert read.filter.kernels[0].weights.tolist() == GY
    assert "read as 3×3" in read.note


@pytest.mark.parametrize("text", ["[1 2 1 0 0 0 -1 -2 -1]", "[[1, 2, 1, 0, 0, 0, -1, -2, -1]]"])
def test_a_row_that_is_written_as_one_stays_one(text):
    read = parse_matrix(text)
    assert read.filter.kernels[0].weights.tolist() == [[1, 2, 1, 0, 0, 0, -1, -2, -1]]
    assert ("single row" in read.note) == ("[[" not in text)


@pytest.mark.parametrize(
    "text",
    [
        "h =\n\n   1.0e-03 *\n\n    1  2\n    3  4\n",  # as MATLAB prints it
        "1/1000 *\n1 2\n3 4",
        "tensor([[[[0.001, 0.002],\n          [0.003, 0.004]]]], device='cuda:0')",
    ],
)
def test_a_common_factor_and_pytorch_s_channels_are_read(text):
    found = parse_matrix(text).filter.kernels[0].weights
    np.testing.assert_allclose(found, [[0.001, 0.002], [0.003, 0.004]])


def test_a_column_as_numpy_prints_it_is_one():
    assert parse_matrix("[[1]\n [2]\n [1]]").filter.kernels[0].weights.tolist() == [[1], [2], [1]]
    assert parse_matrix("[[1,2],[3,4]]\n[[5,6],[7,8]]").filter.kernels[1].weights.tolist() == [
        [5, 6],
        [7, 8],
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"a = {GX}\nb = {GX}\nc = {GX}", "3 matrices (a, b, c)"),
        (f"a = {GX}\nb = [[1, 2]]", "differ in size"),
        ("x: &a [1, 2]\ny: *a", "refers to another part"),
        ("x:\n\t- 1", "not valid YAML at line 2"),
        ("float k[3][3] = {1, 2, 3};", "3 numbers, but is declared as 3×3"),
        ("[1, 2]\n[3]", "row 1 has 1 column"),
    ],
)
def test_more_than_two_or_half_a_matrix_is_refused(text, reason):
    assert reason in refusal(parse_matrix, text)


@pytest.mark.parametrize("style", get_args(MatrixStyle))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=25)
@given(any_weights, st.sampled_from([1, 3, 9, 16, 49, 1000]))
@example(np.array([[5e-324, -1e6]]), 1)
@example(np.array([[-1.0]]), 1)
@example(np.arange(9.0)[None], 1)
def test_what_is_copied_is_pasted_exactly(style, weights, divisor):
    kernel = Kernel("pasted kernel", weights / divisor)
    assert parse_matrix(format_matrix(kernel, style)).filter.kernels[0] == kernel


@pytest.mark.parametrize("style", get_args(MatrixStyle))
def test_presets_and_the_largest_kernel_are_pasted_exactly(style):
    largest = np.random.default_rng(5).normal(size=(31, 31))
    kernels = [Kernel("random", largest), *(one for preset in PRESETS for one in preset.kernels)]
    for kernel in kernels:
        pasted = parse_matrix(format_matrix(kernel, style))
        np.testing.assert_array_equal(pasted.filter.kernels[0].weights, kernel.weights)


def test_numpy_itself_reads_what_is_copied():
    for preset in PRESETS:
        for kernel in preset.kernels:
            copied = eval(format_matrix(kernel, "numpy"), {"np": np})
            np.testing.assert_array_equal(copied, kernel.weights)


def test_fractions_are_written_as_such():
    (kernel,) = find_preset("box-3x3").kernels
    assert format_matrix(kernel, "matlab") == "[1 1 1;\n 1 1 1;\n 1 1 1] / 9"
    assert format_matrix(kernel, "numpy").endswith("[1, 1, 1]]) / 9")
    assert format_matrix(kernel, "latex").startswith(
        "\\frac{1}{9}\\begin{bmatrix}\n1 & 1 & 1 \\\\\n"
    )
    (kernel,) = find_preset("gx").kernels
    assert format_matrix(kernel, "table") == "-1\t0\t1\n-2\t0\t2\n-1\t0\t1\n"
    assert format_matrix(kernel, "latex").startswith("\\begin{bmatrix}\n-1 & 0 & 1 \\\\\n")
