"""The regions that drilling can start from."""

import numpy as np

from napari_rpdl.consensus.votes import vote_map
from napari_rpdl.data.case import Case, Mask
from napari_rpdl.drilling.journal import Unsaved, unsaved_drillings
from napari_rpdl.errors import InputError
from napari_rpdl.gui.drill_state import StartChoice
from napari_rpdl.gui.session import Session
from napari_rpdl.learning.runs import run_name

_LONGEST_NAME = 200


def start_choices(session: Session) -> tuple[StartChoice, ...]:
    """Return what drilling of the bone in the viewer can start from, unsaved drillings first."""
    case, dataset = session.case, session.dataset
    if case is None or dataset is None:
        return ()
    choices = [_unsaved(found) for found in unsaved_drillings(dataset.case_folder(case.case_id))]
    choices.append(StartChoice("nothing", words="the whole bone"))
    if session.decision is not None:
        choices.append(StartChoice("prediction", _network(session), words="the network's region"))
    surgeons = len(case.annotations)
    if surgeons > 1:
        choices += [_consensus(votes, surgeons) for votes in range(1, surgeons + 1)]
    choices += [StartChoice("surgeon", name, words=f"the region of {name}") for name in case.surgeons]
    return tuple(choices)


def starting_mask(session: Session, case: Case, choice: StartChoice) -> Mask:
    """Return the region of a choice (z, y, x).

    Raises:
        InputError: there is no such region any more.
    """
    if choice.kind == "surgeon":
        return case.annotation(choice.name).mask
    if choice.kind == "consensus":
        agreed: Mask = vote_map(case.masks()) >= choice.votes
        return agreed
    if choice.kind == "prediction":
        if session.decision is None or not session.decision.mask.any():
            msg = "The network's region is empty or not there any more. Predict this bone first."
            raise InputError(msg)
        return session.decision.mask
    nothing: Mask = np.zeros(case.grid.shape, np.bool_)
    return nothing


def find_unsaved(session: Session, choice: StartChoice) -> Unsaved:
    """Return the unsaved drilling of a choice.

    Raises:
        InputError: it is not there any more.
    """
    if session.dataset is not None:
        for found in unsaved_drillings(session.dataset.case_folder(session.case_id)):
            if found.path == choice.journal:
                return found
    msg = "This unsaved drilling is not there any more, or open in another window."
    raise InputError(msg)


def _unsaved(found: Unsaved) -> StartChoice:
    header, strokes = found.log.header, len(found.log.strokes)
    when = header.started_at[:16].replace("T", " ")
    return StartChoice(
        "unsaved",
        str(found.path),
        words=f"unsaved drilling of {when} UTC ({strokes} stroke{'' if strokes == 1 else 's'})",
    )


def _consensus(votes: int, surgeons: int) -> StartChoice:
    name = f"at least {votes} of {surgeons}"
    return StartChoice("consensus", f"{name} surgeons", votes, f"what {name} surgeons drilled")


def _network(session: Session) -> str:
    """Name the runs whose answer the region is, and whose way of drilling it shows."""
    prediction = session.prediction
    if prediction is None:
        return ""
    runs = " + ".join(map(run_name, prediction.runs))[:_LONGEST_NAME]
    return f"{runs} (as {session.head})" if session.head in prediction.surgeons else runs
