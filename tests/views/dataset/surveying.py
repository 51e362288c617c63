"""A pass for tests of the Dataset page that have no model."""

from pathlib import Path

from explorer.background.tasks import TaskPool
from explorer.background.worker_process import WorkerProcess
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.dataset.survey_state import SurveyState
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notices


def make_survey(dataset: DatasetState, pool: TaskPool) -> SurveyState:
    """Return a pass over a dataset without a model: it has nothing to do."""
    reader = WorkerProcess("classifier", Path("classifier.log"), parent=dataset)
    models = ModelState([], Notices(), reader, pool, dataset)
    return SurveyState(dataset, models, pool, Notices(), dataset)
