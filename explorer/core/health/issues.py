"""What a list of health issues is, and where each kind begins."""

from dataclasses import dataclass, fields

MOST_SHARE = 0.1
"""Where a measured kind holds more than this share of all pictures, it is how the dataset is."""


@dataclass(frozen=True)
class Thresholds:
    """Where each kind of issue begins; the values are those of cleanvision and cleanlab.

    Attributes
    ----------
    dark : float
        The 99th percentile of brightness is below it, 0 to 1.
    bright : float
        1 minus the 5th percentile of brightness is below it, 0 to 1.
    blurry : float
        The sharpness is below it, 0 to 1.
    low_information : float
        A tenth of the entropy in bits is below it, 0 to 1.
    odd_aspect : float
        Shorter side divided by longer side is below it, 0 to 1.
    odd_size : float
        The size lies by more than so many interquartile ranges outside the quartiles.
    outlier : float
        The mean distance to 10 neighbours lies by more than so many interquartile ranges above the
        third quartile.
    near_duplicate : float
        Two pictures without points to compare them by are taken for the same where their distance
        is below this multiple of the median distance to the nearest neighbour.
    near_duplicate_bits : float
        So many of the 64 bits of two perceptual hashes may differ.
    spurious : float
        The score of a property is below it, 0 to 1: what is left to be said of the labels by more
        than this property.
    class_imbalance : float
        The rarest of K classes has less than this divided by K of the pictures.
    weak_group : float
        In a group, the accuracy is lower than elsewhere by at least this, 0 to 1.
    most_share : float
        A measured kind that holds more than this share of all pictures is not listed, 0 to 1.
    """

    dark: float = 0.32
    bright: float = 0.05
    blurry: float = 0.29
    low_information: float = 0.3
    odd_aspect: float = 0.35
    odd_size: float = 3.0
    outlier: float = 1.7
    near_duplicate: float = 0.13
    near_duplicate_bits: float = 4
    spurious: float = 0.3
    class_imbalance: float = 0.1
    weak_group: float = 0.1
    most_share: float = MOST_SHARE


DEFAULTS = Thresholds()
THRESHOLD_NAMES = tuple(one.name for one in fields(Thresholds))
MEASURED = ("dark", "bright", "blurry", "low_information", "odd_size", "odd_aspect", "grey")
"""The kinds that follow from what was measured of single pictures."""


@dataclass(frozen=True)
class Issue:
    """One thing that may be wrong.

    Attributes
    ----------
    places : tuple of int
        The pictures it is about, by their places in the dataset: one, the members of a group of
        duplicates, or all of a class; none where it is about the dataset.
    figure : float
        What was measured, on the scale of the threshold.
    reason : str
        One sentence, or half of one, without a full stop.
    suggestion : str
        Of a label suspect, the class that the picture seems to show.
    """

    places: tuple[int, ...]
    figure: float
    reason: str
    suggestion: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of issue.

    Attributes
    ----------
    name : str
        As in JSON and, where there is one, of the threshold in `Thresholds`.
    title : str
        As the page and the command call it.
    rule : str
        Which pictures are listed; `{}` stands for the threshold.
    """

    name: str
    title: str
    rule: str

    @property
    def threshold_names(self) -> tuple[str, ...]:
        """The fields of `Thresholds` that decide what is listed; they can be changed."""
        own = (self.name,) if self.name in THRESHOLD_NAMES else ()
        if self.name == "near_duplicate":
            return ("near_duplicate_bits", *own)
        return (*own, "most_share") if self.name in MEASURED else own

    def describe(self, thresholds: Thresholds) -> str:
        """Return the rule with its threshold."""
        return self.rule.format(
            f"{vars(thresholds).get(self.name, 0):g}",
            bits=thresholds.near_duplicate_bits,
            distance=thresholds.near_duplicate,
        )


KINDS = (
    Kind("unreadable", "Unreadable", "the file could not be decoded"),
    Kind("exact_duplicate", "Exact duplicates", "files of the same content"),
    Kind(
        "near_duplicate",
        "Near-duplicates",
        "perceptual hashes of at most {bits:g} different bits, also turned and mirrored; or close "
        "embeddings and many points in common; where there are no points to compare, embeddings "
        "nearer than {distance:g} times the median distance to the nearest neighbour",
    ),
    Kind(
        "label_suspect",
        "Label suspects",
        "confident learning: the probability of another class reaches that class's mean, and is "
        "higher than that of the label",
    ),
    Kind(
        "outlier",
        "Outliers",
        "the mean distance to 10 neighbours is above the third quartile by more than {} "
        "interquartile ranges",
    ),
    Kind("dark", "Dark", "the 99th percentile of brightness is below {}"),
    Kind("bright", "Bright", "the 5th percentile of brightness is above 1 − {}"),
    Kind("blurry", "Blurry", "sharpness at a size of 64 pixels is below {}"),
    Kind("low_information", "Low information", "a tenth of the entropy in bits is below {}"),
    Kind(
        "odd_size",
        "Odd size",
        "the size is outside the quartiles by more than {} interquartile ranges",
    ),
    Kind("odd_aspect", "Odd aspect", "the shorter side divided by the longer one is below {}"),
    Kind("grey", "Grey", "red, green and blue are equal"),
    Kind(
        "spurious",
        "Label follows a property",
        "what a property such as brightness leaves open about the labels is below {}",
    ),
    Kind(
        "class_imbalance",
        "Rare class",
        "the rarest of K classes has less than {}/K of the pictures",
    ),
    Kind(
        "weak_group",
        "Weak groups",
        "accuracy on unseen pictures is lower than on the others by {} or more, beyond chance",
    ),
)


@dataclass(frozen=True)
class IssueList:
    """What was found of one kind.

    Attributes
    ----------
    kind : Kind
    rule : str
        Which pictures are listed, with the threshold.
    issues : tuple of Issue
        The worst first.
    note : str
        A sentence on how it was found, why it could not be, or why nothing is listed; may be empty.
    """

    kind: Kind
    rule: str
    issues: tuple[Issue, ...] = ()
    note: str = ""

    @property
    def picture_count(self) -> int:
        """How many pictures it is about."""
        return len({place for issue in self.issues for place in issue.places})
