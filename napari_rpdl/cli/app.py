"""The program ``napari-rpdl``: finds the verb, runs it, turns what went wrong into an exit status.

Starting it, ``--help`` included, loads neither torch nor napari nor matplotlib: every
command imports what it needs when it is executed.
"""

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.metadata import version
from pathlib import Path

from napari_rpdl.cli.drilling_commands import MeasureEffort
from napari_rpdl.cli.evaluating_commands import Evaluate
from napari_rpdl.cli.experiment_commands import ExperimentOnBones, ExperimentOnSurgeons
from napari_rpdl.cli.figure_commands import DrawComparison, DrawRPMap, DrawSurgeons
from napari_rpdl.cli.grading_commands import Grade
from napari_rpdl.cli.importing_commands import ImportCmArrays, ImportDrilled, ImportRecordings, MakePhantom
from napari_rpdl.cli.learning_commands import Attach, Resume, Stop, Train
from napari_rpdl.cli.measuring_commands import Info, MeasureAgreement, WriteRPMap
from napari_rpdl.cli.parsing import Command, UsageError, parse, summary
from napari_rpdl.cli.predicting_commands import Predict, Tune
from napari_rpdl.cli.printing import PROGRAM, note
from napari_rpdl.cli.reporting_commands import WriteReport, WriteTables
from napari_rpdl.cli.reviewing_commands import ExportStudy, MergeStudy, PlanStudy, StudyResults
from napari_rpdl.cli.statuses import FAILED, FINISHED, MISUSED, STOPPED
from napari_rpdl.cli.viewing_commands import Demo, View
from napari_rpdl.cli.weight_commands import LearnWeights
from napari_rpdl.errors import InputError

CHAPTERS: dict[str, dict[str, type[Command]]] = {
    "See": {"view": View, "demo": Demo},
    "Bring data in": {
        "phantom": MakePhantom,
        "import cm-arrays": ImportCmArrays,
        "import drilled": ImportDrilled,
        "import recordings": ImportRecordings,
    },
    "Measure": {"info": Info, "agreement": MeasureAgreement, "effort": MeasureEffort, "rpmap": WriteRPMap},
    "Learn and predict": {
        "train": Train,
        "resume": Resume,
        "attach": Attach,
        "stop": Stop,
        "learn-weights": LearnWeights,
        "predict": Predict,
        "tune": Tune,
        "evaluate": Evaluate,
    },
    "Compare methods": {
        "experiment bones": ExperimentOnBones,
        "experiment surgeons": ExperimentOnSurgeons,
        "tables": WriteTables,
        "report": WriteReport,
        "figure 1": DrawSurgeons,
        "figure 2": DrawRPMap,
        "figure 4": DrawComparison,
    },
    "Let experts grade": {
        "study plan": PlanStudy,
        "grade": Grade,
        "study export": ExportStudy,
        "study merge": MergeStudy,
        "study results": StudyResults,
    },
}
"""Every verb, in the order of the manual."""

VERBS: dict[str, type[Command]] = {verb: kind for chapter in CHAPTERS.values() for verb, kind in chapter.items()}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        argv: words after the program's name; those of this process where None.

    Returns:
        The exit status: 0 only if the work was done.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        command = _command(words)
        sys.stdout.flush()
    except UsageError as error:
        note(f"{PROGRAM}: {error}")
        return MISUSED
    except InputError as error:  # a file that flags start from
        note(f"{PROGRAM}: {error}")
        return FAILED
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else MISUSED
    except BrokenPipeError:
        _stop_writing()
        return FINISHED
    return FINISHED if command is None else _executed(command)


def manual(group: str = "") -> str:
    """Return the list of all verbs, or of those that begin with the word ``group``, a sentence each."""
    lines = [] if group else [_PURPOSE]
    width = max(map(len, VERBS)) + 2
    for title, chapter in CHAPTERS.items():
        entries = {verb: kind for verb, kind in chapter.items() if verb.startswith(group)}
        if entries:
            lines += ["", f"{title}:", *(f"  {verb.ljust(width)}{summary(kind)}" for verb, kind in entries.items())]
    return "\n".join([*lines, "", f'"{PROGRAM} VERB --help" is the manual of a verb.']).lstrip("\n")


_PURPOSE = f"""usage: {PROGRAM} [VERB] [ARGUMENTS]

Several surgeons drill the same bone, each in their own way. {PROGRAM} measures what
they agree on, trains networks that respect it, and shows both. Without a verb it opens
the viewer.

A first walk:
  {PROGRAM} demo                              the whole job on phantom (synthetic) bones
  {PROGRAM} phantom bones --bones 9           make such bones yourself
  {PROGRAM} agreement bones                   how far the surgeons agree
  {PROGRAM} train bones run --hold-out bone_9
  {PROGRAM} predict run bones bone_9 bone_9.nii.gz
  {PROGRAM} evaluate bones bone_9.nii.gz

Every verb takes --json: the result goes to standard output as JSON, progress to
standard error. Exit status: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C."""


def _command(words: list[str]) -> Command | None:
    """Return the command that the words spell; None where the manual was printed instead.

    Raises:
        UsageError: there is no such verb.
        SystemExit: the verb's own help was printed, or its arguments do not fit.
    """
    if not words:
        return View()
    for verb in (" ".join(words[:2]), words[0]):
        if verb in VERBS:
            return parse(VERBS[verb], f"{PROGRAM} {verb}", words[len(verb.split()) :])
    if words[0] in ("-h", "--help", "help"):
        print(manual())
    elif words[0] == "--version":
        print(f"{PROGRAM} {version(PROGRAM)}")
    elif words[0] in _groups() and words[1:2] in ([], ["-h"], ["--help"]):
        print(manual(words[0]))
        if not words[1:]:
            raise SystemExit(MISUSED)
    else:
        raise UsageError(_unknown(words))
    return None


def _groups() -> set[str]:
    return {verb.split()[0] for verb in VERBS if " " in verb}


def _unknown(words: list[str]) -> str:
    if Path(words[0]).is_dir():
        return f'{words[0]!r} is a folder, not a verb. To open it: "{PROGRAM} view {words[0]}".'
    wanted = " ".join(words[:2]) if words[0] in _groups() else words[0]
    close = get_close_matches(wanted, VERBS, n=1)
    hint = f'Did you mean "{close[0]}"? ' if close else ""
    return f'there is no verb {wanted!r}. {hint}"{PROGRAM} --help" lists all verbs.'


def _executed(command: Command) -> int:
    try:
        command.execute()
        sys.stdout.flush()
    except UsageError as error:
        note(f"{PROGRAM}: {error}")
        return MISUSED
    except InputError as error:
        note(f"{PROGRAM}: {error}")
        return FAILED
    except KeyboardInterrupt:
        note(f"\nStopped. {command.how_to_go_on()}")
        return STOPPED
    except BrokenPipeError:
        _stop_writing()
        return FAILED
    return FINISHED


def _stop_writing() -> None:
    """Keep Python from complaining at exit that the reader of our output (head, less) has left."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
