"""`explain`: where a model sees evidence for a class, and whether to believe that."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.cli.common import Commands, percent_text, write_array
from explorer.cli.output import say
from explorer.cli.preparation import add_preparation_options, find_prepared_model
from explorer.errors import ExplorerError, ModelError

if TYPE_CHECKING:
    from explorer.background.blocking_worker import BlockingWorker
    from explorer.core.explanation.judgement import Judgement
    from explorer.core.explanation.steps import Steps
    from explorer.core.models.explanations import Explanation
    from explorer.core.models.model import Model


def add_to(commands: "Commands") -> None:
    """Add the command to a parser's commands."""
    from explorer.core.models.explanations import METHODS

    command = commands.add_parser(
        "explain", help="show where a model sees evidence for a class", description=_run.__doc__
    )
    command.add_argument("input", type=Path, metavar="IN", help="a picture")
    command.add_argument("--model", required=True, metavar="NAME|RUN")
    command.add_argument(
        "--method", choices=METHODS, default="grad-cam", help="default: %(default)s"
    )
    command.add_argument(
        "--layer", default="", metavar="LAYER", help="a layer's name (default: the last with space)"
    )
    command.add_argument(
        "--class",
        dest="class_name",
        metavar="CLASS",
        help="a class's name, or its number from 0 (default: the most probable)",
    )
    command.add_argument(
        "--report", action="store_true", help="also judge the map, which takes longer"
    )
    command.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.png|OUT.npy")
    add_preparation_options(command)
    command.set_defaults(job=_run)


def _run(options: argparse.Namespace) -> bool:
    """Show where a model sees evidence for a class.

    OUT.png gets the map over the picture, orange for evidence and blue for evidence against;
    OUT.npy gets the float32 map as the method computes it: signed, at the layer's resolution.
    """
    from explorer.background.blocking_worker import BlockingWorker
    from explorer.core.explanation.steps import explain_steps, judge_steps
    from explorer.core.files.names import printable_name
    from explorer.core.files.writing import check_writable
    from explorer.core.images.read import check_picture_target, read_picture
    from explorer.core.models.explanations import METHODS
    from explorer.core.models.requests import ClassifyPicture
    from explorer.ml.worker import inspector_role_for

    method = METHODS[options.method]
    if options.layer and not method.has_layer:
        raise ExplorerError(f"--layer means nothing to {method.title}, which looks at the input.")
    if options.output.suffix.lower() == ".npy":  # found out now: TensorFlow takes seconds to start
        with ExplorerError.when_refused("was not written", printable_name(options.output)):
            check_writable(options.output)
    else:
        check_picture_target(options.output)
    photo = read_picture(options.input).picture
    model = find_prepared_model(options)
    wanted = None if options.class_name is None else _class_index(options.class_name, model)
    picture = model.preparation.fit(photo)
    with BlockingWorker(inspector_role_for(model.path), model.path) as worker:
        probabilities: tuple[float, ...] = ()
        # Of these, a picture has no class.
        if wanted is None or model.outputs not in ("independent", "other"):
            probabilities = worker.ask(ClassifyPicture(model.use, picture)).probabilities
        if wanted is None and not probabilities:
            raise ModelError(f"“{model.name}” tells no classes apart: give --class a number.")
        chosen = probabilities.index(max(probabilities)) if wanted is None else wanted
        steps = explain_steps(model.use, picture, options.method, (chosen,), layer=options.layer)
        explanation = _follow(worker, steps)
        _write(options.output, explanation, chosen, photo, model)
        name = _class_name(model, chosen)
        known = probabilities[chosen : chosen + 1]
        percent = "".join(f"{percent_text(share)}, " for share in known)
        of_layer = f", layer {explanation.layer}" if explanation.layer else ""
        values = explanation.map_of(chosen)
        shape = "×".join(map(str, values.shape))
        say(
            f"{method.title} of “{name}” ({percent}score "
            f"{explanation.scores[0]:.4g}){of_layer}: {shape}, values {float(values.min()):.4g} to "
            f"{float(values.max()):.4g}, sum {float(values.sum()):.5g}."
        )
        if not explanation.has_evidence(chosen):
            say(f"No positive evidence: nothing in the picture speaks for “{name}”.")
        for note in explanation.notes:
            say(note)
        if options.report:
            _report(_follow(worker, judge_steps(model.use, picture, explanation, chosen)))
    return True


def _follow(worker: "BlockingWorker", steps: "Steps[Any]") -> Any:
    """Ask for one step after the other, and return the result."""
    try:
        step = next(steps)
        while True:
            try:
                answer = worker.ask(step.request)
            except ModelError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as ended:
        return ended.value


def _class_index(wanted: str, model: "Model") -> int:
    """Return the class that is asked for by its name or its number.

    Raises
    ------
    ModelError
        There is none of that name or number.
    """
    if wanted in model.classes:
        return model.classes.index(wanted)
    if wanted.isdecimal() and (not model.classes or int(wanted) < len(model.classes)):
        return int(wanted)
    names = ", ".join(model.classes[:20]) or "numbers alone"
    more = ", …" if len(model.classes) > 20 else ""
    raise ModelError(f"“{model.name}” has no class “{wanted}”; it has {names}{more}.")


def _class_name(model: "Model", index: int) -> str:
    return model.classes[index] if index < len(model.classes) else f"class {index}"


def _write(path: Path, explanation: "Explanation", chosen: int, photo: Any, model: "Model") -> None:
    from explorer.core.explanation.overlay import draw_over, limit_of, place_on_photo
    from explorer.core.images.read import write_picture

    values = explanation.map_of(chosen)
    if path.suffix.lower() == ".npy":
        write_array(path, values)
        return
    placed = place_on_photo(values, model.preparation, photo.shape[:2])
    limit = 0.0 if explanation.is_rounding(chosen) else limit_of(values)
    write_picture(path, draw_over(photo, placed, limit=limit))


def _report(judgement: "Judgement") -> None:
    """Print what judges a map."""
    from statistics import fmean, stdev

    from explorer.core.explanation.judgement import HOW

    parts = (judgement.own, *judgement.random)
    for title, (own, *random) in (
        ("deletion (smaller is better)", [part.deletion_area for part in parts]),
        ("insertion (larger is better)", [part.insertion_area for part in parts]),
        ("ROAD (larger is better)", [part.road for part in parts]),
    ):
        spread = f"{fmean(random):.4f} ± {stdev(random):.4f}"
        say(f"{title}: {own:.4f}; {len(random)} random maps: {spread}")
    say(f"better than the random maps by {judgement.margin:.1f} standard deviations")
    if judgement.similarity is not None:
        each = ", ".join(f"{value:.2f}" for value in judgement.similarities)
        say(f"rank correlation with the map of redrawn weights: {each}")
    if judgement.problem:
        say(f"The weights were not redrawn: {judgement.problem}")
    say(HOW)
    say(judgement.verdict)
