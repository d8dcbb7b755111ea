from napari_rpdl.errors import InputError
from napari_rpdl.events import Progressed
from napari_rpdl.gui.coordinators.studies import JOB, StudyCoordinator


def test_progress_is_shown_and_the_end_is_told(session, jobs):
    busy = []
    session.events.busy.connect(lambda text: busy.append(text))
    StudyCoordinator(session, jobs).write(iter([Progressed("writing bones", 1, 3)]), "The study is there.")
    assert busy == ["Writing the study…", "writing bones: 1 of 3", ""]
    assert session.told == "The study is there."


def test_a_failure_is_no_study(session, jobs):
    def fail():
        yield Progressed("writing bones", 1, 3)
        msg = "The disk is full."
        raise InputError(msg)

    StudyCoordinator(session, jobs).write(fail(), "The study is there.")
    assert jobs.failures == ["The disk is full."]
    assert session.told == ""


def test_one_study_at_a_time(session, jobs):
    jobs.busy.add(JOB)
    StudyCoordinator(session, jobs).write(iter([]), "The study is there.")
    assert "Wait for it to end" in session.told
    assert jobs.names == []
