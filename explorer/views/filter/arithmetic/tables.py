"""The tables that show how one value came about, and what each of their cells says."""

import numpy as np

from explorer.core.filters.explanation import (
    Arithmetic,
    ConvolutionSum,
    MovedValue,
    PooledWindow,
    RectifiedValue,
)
from explorer.views.common.pictures.number_grid import NumberGrid, signed_colors, value_colors


def tables_of(arithmetic: Arithmetic | None) -> list[tuple[NumberGrid, str]]:
    """Return the tables to draw, each with the sign before it."""
    match arithmetic:
        case ConvolutionSum(values=values, inside=inside, sums=sums):
            colors = value_colors(values)
            grids = [(NumberGrid("window", values, colors, foreign=~inside), "")]
            for one in sums:
                title = f"{one.name}, rotated by 180°" if arithmetic.is_turned else one.name
                grids.append((NumberGrid(title, one.weights, signed_colors(one.weights)), "×"))
                products = NumberGrid("products", one.products, signed_colors(one.products))
                grids.append((products, "="))
            return grids
        case PooledWindow(values=values, winner=winner):
            return [(NumberGrid("window", values, value_colors(values), marked=winner), "")]
        case RectifiedValue(value=value, result=result):
            both = np.array([[value, result]])
            colors = signed_colors(both)
            return [
                (NumberGrid("value", both[:, :1], colors[:, :1]), ""),
                (NumberGrid("ReLU", both[:, 1:], colors[:, 1:]), "→"),
            ]
        case MovedValue(result=result):
            moved = np.array([[result]])
            return [(NumberGrid("value", moved, value_colors(moved)), "")]
        case _:
            return []


def cell_text(arithmetic: Arithmetic, index: int, grid: NumberGrid, cell: tuple[int, int]) -> str:
    """Say a cell's number in full, with its place in the picture or its factors."""
    number = f"{grid.values[cell] + 0.0:.9g}"  # no −0
    if isinstance(arithmetic, ConvolutionSum) and index:
        one = arithmetic.sums[(index - 1) // 2]
        if index % 2:
            text = f"weight {number}"
        else:
            text = f"{arithmetic.values[cell]:.9g} × {one.weights[cell]:.9g} = {number}"
        return text.replace("-", "−")
    if isinstance(arithmetic, RectifiedValue) and index:
        return number.replace("-", "−")
    row, column = arithmetic.input_rows, arithmetic.input_columns
    text = f"column {column[cell[1]]}, row {row[cell[0]]}: {number}"
    if grid.foreign is not None and grid.foreign[cell]:
        text += ", outside the picture"
    return text.replace("-", "−")
