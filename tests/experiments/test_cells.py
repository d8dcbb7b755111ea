from napari_rpdl.experiments.cells import cells_of, protocol_settings
from napari_rpdl.settings import PRESETS, TrainingSettings

ARMS = [{"training": {"loss": loss}} for loss in ("dice", "wcel")]


def test_all_arms_come_before_the_next_fold_and_all_folds_before_the_next_seed(small_dataset, tiny):
    cells = cells_of(small_dataset, tiny(arms=ARMS, seeds=[4, 7], protocols=["repaired"]))
    told = [(cell.seed, cell.fold.name, cell.arm.training.loss) for cell in cells]
    bones = ("bone_1", "bone_2", "bone_3")
    assert told == [(seed, bone, loss) for seed in (4, 7) for bone in bones for loss in ("dice", "wcel")]
    assert len({cell.key for cell in cells}) == len(cells)
    assert all(cell.training.seed == cell.seed for cell in cells)


def test_the_second_seed_comes_after_both_protocols_of_the_first(small_dataset, tiny):
    cells = cells_of(small_dataset, tiny("surgeons", seeds=[0, 1]))
    assert [cell.seed for cell in cells] == sorted(cell.seed for cell in cells)
    assert [cell.fold.protocol for cell in cells[:6]] == ["repaired"] * 3 + ["paper"] * 3


def test_each_protocol_trains_with_its_own_watch(small_dataset, tiny):
    cells = cells_of(small_dataset, tiny())
    assert len(cells) == 6
    watching = {(cell.fold.protocol, cell.training.validation) for cell in cells}
    assert watching == {("repaired", "bones"), ("paper", "random")}


def test_a_shared_training_is_judged_by_both_protocols(small_dataset, tiny):
    cells = cells_of(small_dataset, tiny(shared_training=True))
    assert len(cells) == 3
    assert all([fold.protocol for fold in cell.folds] == ["repaired", "paper"] for cell in cells)
    assert all(len({fold.bones for fold in cell.folds}) == 1 for cell in cells)


def test_protocols_change_only_who_watches():
    paper, published = PRESETS["paper"], PRESETS["published-code"]
    assert protocol_settings(paper, "paper") == paper
    assert protocol_settings(published, "paper") == published
    nobody = TrainingSettings(validation_bones=0)
    assert protocol_settings(nobody, "repaired") == TrainingSettings(validation_bones=1)
    assert protocol_settings(TrainingSettings(validation_bones=2), "repaired").validation_bones == 2
    assert protocol_settings(TrainingSettings(), "paper") == TrainingSettings(validation="random")
