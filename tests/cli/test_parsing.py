import pytest

from napari_rpdl.cli.app import VERBS
from napari_rpdl.cli.parsing import UsageError, checked, parse, summary, word_after
from napari_rpdl.settings import PhantomSettings, RPMapSettings, TrainingSettings


def command(*words):
    for verb in (" ".join(words[:2]), words[0]):
        if verb in VERBS:
            return parse(VERBS[verb], verb, words[len(verb.split()) :])
    raise AssertionError(words)


def test_flags_of_nested_settings_are_flat():
    flags = "--hold-out a b --loss dice --channels 8 16 32 --penalty 2 --single-votes zero"
    train = command("train", "data", "run", *flags.split())
    assert (str(train.dataset), str(train.run), train.hold_out) == ("data", "run", ("a", "b"))
    assert train.training.loss == "dice"
    assert train.training.network.channels == (8, 16, 32)
    assert train.training.rpmap == RPMapSettings(penalty=2, single_votes="zero")


def test_defaults_are_those_of_the_settings():
    assert command("train", "data", "run").training == TrainingSettings()
    assert command("phantom", "out").phantom == PhantomSettings()


def test_a_wrong_value_names_its_flag():
    with pytest.raises(UsageError, match=r"--stop-patience: .* got 0"):
        checked(TrainingSettings, stop_patience=0)


@pytest.mark.parametrize("words", ["phantom out --bones 0", "import recordings f out --radius -1"])
def test_ranges_are_checked_for_every_verb(words):
    with pytest.raises(UsageError, match="Input should be greater than"):
        command(*words.split())


@pytest.mark.parametrize("verb", VERBS)
def test_a_summary_is_one_sentence(verb):
    assert summary(VERBS[verb]).endswith(".")
    assert len(summary(VERBS[verb])) <= 100


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (["--learned-weights", "a"], "a"),
        (["--learned_weights=a=b"], "a=b"),
        (["--learned_weights", "a", "--learned-weights", "b"], "b"),
        (["--learned-weights"], ""),
        (["learned-weights", "a"], ""),
    ],
)
def test_a_word_after_a_flag_is_found_as_the_parser_finds_it(words, value):
    assert word_after("--learned-weights", words) == value
