"""What the answers of a catalogue are worth."""

import numpy as np

from explorer.core.catalogue.columns import UNKNOWN, Columns
from explorer.core.evaluation.report import Report, make_report


def report_of(columns: Columns) -> Report:
    """Evaluate a model on the pictures whose label and answer are known.

    Parameters
    ----------
    columns : Columns
        Of two classes at least.
    """
    places = np.flatnonzero(columns.is_judged)
    parts = columns.parts[places]
    return make_report(
        columns.classes,
        columns.probabilities[places],
        columns.labels[places].astype(np.int64),
        columns.is_seen[places] if columns.tells_split else None,
        int(np.count_nonzero(parts == UNKNOWN)),
    )
