"""The verb with which a grader opens a study: grade."""

import os
import shlex
import sys
from dataclasses import dataclass, field
from pathlib import Path

from typing_extensions import override
from tyro.conf import Positional

from napari_rpdl.cli.parsing import Command
from napari_rpdl.cli.printing import answer
from napari_rpdl.cli.viewing_commands import has_display, program_path
from napari_rpdl.errors import InputError
from napari_rpdl.settings.review import GradingSettings


@dataclass(frozen=True, kw_only=True)
class Grade(Command):
    """Grade a study, blinded: a window with the original bone beside a result under a code, and the form.

    Everything is operable by keyboard; the keys are on the buttons. Each answer is safe
    when it is given. A later call goes on where you stopped.

    Needs a screen, and a Qt binding: pip install "napari-rpdl[review,pyqt5]".

    Example:
      napari-rpdl grade study --grader ada --experience "consultant, 12 years"

    What comes out: answers in the study's grades.sqlite, or on the server that --answers names.
    """

    study: Positional[Path]
    """Study folder."""
    grader: str
    """Your pseudonym in the study."""
    answers: str = ""
    """File of the answers, or postgresql:// address; the study's own file if not given."""
    settings: GradingSettings = field(default_factory=GradingSettings)

    @override
    def execute(self) -> None:
        from napari_rpdl.review.requirements import check_requirements
        from napari_rpdl.review.study_folder import StudyFolder

        check_requirements()
        StudyFolder.open(self.study).study.plan_of(self.grader)
        if not has_display(os.environ, sys.platform):
            words = [program_path(), "grade", str(self.study), "--grader", self.grader]
            msg = f'There is no screen here. Run "{shlex.join(words)}" on a machine with a screen.'
            raise InputError(msg)
        open_grading(self.study, self.grader, self.answers, self.settings)
        if self.json:
            answer({"graded": str(self.study), "grader": self.grader}, "", as_json=True)


def open_grading(study: Path, grader: str, answers: str, settings: GradingSettings) -> None:
    """Open the grading window and wait until the grader closes it."""
    from napari_rpdl.gui.app import start_grading

    start_grading(study, grader, answers, settings)
