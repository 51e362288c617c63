"""The patterns by which a folder can be read as a dataset."""

from typing import Literal

Layout = Literal[
    "class", "split/class", "class/split", "class+split", "part/class", "name", "split/name", "none"
]

LAYOUTS: dict[Layout, str] = {
    "class": "one folder per class",
    "split/class": "folders such as train and test, in each one folder per class",
    "class/split": "one folder per class, in each folders such as train and test",
    "class+split": "one folder per class, beside them folders such as test",
    "part/class": "folders of any name, in each one folder per class",
    "name": "the class in each file's name, as in cat.1.jpg",
    "split/name": "folders such as train and test, the class in each file's name",
    "none": "no classes",
}
"""Each pattern and what it means."""
