"""Ask cleanvision and cleanlab about the made set, and record what they answer.

Not run by the tests: in an environment of its own,

    python -m venv oracles && oracles/bin/pip install cleanvision==0.3.7 cleanlab==2.9.0
    PYTHONPATH=. oracles/bin/python tests/core/health/record_oracles.py
"""

import json
import tempfile
from importlib import metadata
from pathlib import Path

import numpy as np

from tests.core.health import made_set

ANSWERS = Path(__file__).with_name("oracles.json")

KINDS = {
    "dark": "dark",
    "light": "bright",
    "blurry": "blurry",
    "low_information": "low_information",
    "odd_aspect_ratio": "odd_aspect",
    "odd_size": "odd_size",
    "grayscale": "grey",
}


def ask_cleanvision(folder: Path) -> dict:
    from cleanvision import Imagelab

    lab = Imagelab(data_path=str(folder))
    lab.find_issues(n_jobs=1, verbose=False)
    issues = lab.issues
    issues.index = [Path(path).name for path in issues.index]
    answers = {}
    for theirs, ours in KINDS.items():
        scores = issues[f"{theirs}_score"]
        answers[ours] = {
            "issues": sorted(issues.index[issues[f"is_{theirs}_issue"]]),
            "scores": {name: round(float(value), 4) for name, value in scores.items()},
        }
    for kind in ("exact_duplicates", "near_duplicates"):
        sets = lab.info[kind]["sets"]
        answers[kind] = sorted(sorted(Path(path).name for path in group) for group in sets)
    return answers


class Asked:
    """Stands for cleanlab's Datalab, which would need one more package and knows nothing yet."""

    def get_info(self, name: str) -> dict:
        return {}


def ask_cleanlab() -> dict:
    import pandas
    from cleanlab.datalab.internal.issue_manager.duplicate import NearDuplicateIssueManager
    from cleanlab.datalab.internal.issue_manager.outlier import OutlierIssueManager
    from cleanlab.datalab.internal.spurious_correlation import SpuriousCorrelations
    from cleanlab.filter import find_label_issues

    labels, probabilities = made_set.make_labels()
    suspects = find_label_issues(
        labels,
        probabilities,
        filter_by="confident_learning",
        return_indices_ranked_by="self_confidence",
    )
    features = made_set.make_features()
    outliers, near = OutlierIssueManager(Asked()), NearDuplicateIssueManager(Asked())
    outliers.find_issues(features=features)
    near.find_issues(features=features)
    sets = near.near_duplicate_sets
    properties, classes = made_set.make_properties()
    table = SpuriousCorrelations(pandas.DataFrame(properties), classes).calculate_correlations()
    return {
        "label_suspects": [int(place) for place in suspects],
        "outliers": np.flatnonzero(outliers.issues["is_outlier_issue"]).tolist(),
        "near_duplicates": sorted(
            {tuple(sorted((one, int(other)))) for one, group in enumerate(sets) for other in group}
        ),
        "spurious": {name: float(score) for name, score in table.values.tolist()},
        "metric": outliers.metric,
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        made_set.make_pictures(Path(folder))
        answers = {
            "versions": {name: metadata.version(name) for name in ("cleanvision", "cleanlab")},
            "cleanvision": ask_cleanvision(Path(folder)),
            "cleanlab": ask_cleanlab(),
        }
    ANSWERS.write_text(json.dumps(answers, indent=1) + "\n")
