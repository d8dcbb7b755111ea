import pytest
import torch
from monai.networks.nets import resnet50
from torch.nn.functional import batch_norm, conv3d

from napari_rpdl.errors import InputError
from napari_rpdl.learning.networks import check_grid, load_pretrained
from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.learning.networks.med3d import build_med3d, check_med3d
from napari_rpdl.settings import NetworkSettings


@pytest.fixture(scope="module")
def medicalnet():
    """A 3-D ResNet-50 as MedicalNet's, with random weights."""
    torch.manual_seed(7)
    return resnet50(
        n_input_channels=1, feed_forward=False, conv1_t_stride=2, shortcut_type="B", bias_downsample=False
    ).eval()


@pytest.fixture(scope="module")
def network():
    """A network whose input has more channels than MedicalNet's."""
    return build_med3d(NetworkSettings(), Sizes(14)).eval()


@pytest.fixture(scope="module")
def weights(medicalnet, tmp_path_factory):
    """Its weights in a file as MedicalNet publishes them, with the last layers that are not ours."""
    state = {f"module.{name}": tensor for name, tensor in medicalnet.state_dict().items()}
    state["module.conv_seg.0.weight"] = torch.zeros(1)
    path = tmp_path_factory.mktemp("weights") / "resnet_50.pth"
    torch.save({"state_dict": state, "epoch": 3}, path)
    return path


def test_medicalnet_s_weights_make_medicalnet_s_features(medicalnet, network, weights):
    load_pretrained(network, NetworkSettings(name="med3d", weights=str(weights)))
    volume = torch.randn(1, 1, 32, 32, 32)
    with torch.no_grad():
        expected = medicalnet.layer1(medicalnet.maxpool(medicalnet.act(medicalnet.bn1(medicalnet.conv1(volume)))))
        features = network.network.encoder(volume)
    torch.testing.assert_close(features[1], expected)
    assert features[-1].shape == (1, 2048, 1, 1, 1)


def test_more_channels_than_one_are_mixed_to_one(count, network):
    """On top of MONAI 1.6.1's FlexibleUNet with this encoder and decoder, as counted outside this project."""
    assert count(network) == 67_673_233 + 14 + 1


@pytest.fixture(scope="module")
def dilated():
    return build_med3d(NetworkSettings(name="med3d", stages="dilated"), Sizes(14)).eval()


def test_dilated_stages_keep_an_eighth_of_the_grid(dilated, count):
    assert count(dilated) == 67_673_233 + 14 + 1
    with torch.no_grad():
        features = dilated.network.encoder(torch.randn(1, 1, 32, 32, 32))
        assert [tuple(f.shape[1:]) for f in features[1:]] == [
            (256, 8, 8, 8), (512, 4, 4, 4), (1024, 4, 4, 4), (2048, 4, 4, 4)
        ]  # fmt: skip
        assert dilated(torch.randn(1, 14, 24, 24, 24)).shape == (1, 1, 24, 24, 24)


def test_a_dilated_stage_is_medicalnet_s(medicalnet, dilated, weights):
    """Its bottlenecks written out after the published definition: stride 1, 3³ convolutions dilated by 2, then by 4."""
    load_pretrained(dilated, NetworkSettings(name="med3d", weights=str(weights)))
    features = torch.randn(1, 512, 4, 4, 4)
    state = medicalnet.state_dict()
    for stage, blocks, dilation in (("layer3", 6, 2), ("layer4", 3, 4)):
        with torch.no_grad():
            found = dilated.network.encoder.get_submodule(stage)(features)
            for block in range(blocks):
                features = bottleneck(features, state, f"{stage}.{block}", dilation)
        torch.testing.assert_close(found, features)


def bottleneck(x, state, name, dilation):
    def normed(y, norm):
        of = [state[f"{name}.{norm}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")]
        return batch_norm(y, *of)

    y = normed(conv3d(x, state[f"{name}.conv1.weight"]), "bn1").relu()
    y = normed(conv3d(y, state[f"{name}.conv2.weight"], padding=dilation, dilation=dilation), "bn2").relu()
    y = normed(conv3d(y, state[f"{name}.conv3.weight"]), "bn3")
    if f"{name}.downsample.0.weight" in state:
        x = normed(conv3d(x, state[f"{name}.downsample.0.weight"]), "downsample.1")
    return (x + y).relu()


@pytest.mark.parametrize(
    ("stages", "grid", "fits"),
    [
        ("strided", 64, True),
        ("strided", 40, False),
        ("dilated", 40, True),
        ("dilated", 16, True),
        ("dilated", 8, False),
        ("dilated", 20, False),
    ],
)
def test_which_grids_fit_depends_on_the_stages(stages, grid, fits):
    settings = NetworkSettings(name="med3d", stages=stages)
    if fits:
        check_grid(settings, grid)
    else:
        with pytest.raises(InputError, match="needs a grid that is a multiple of"):
            check_grid(settings, grid)


def test_weights_of_another_network_are_refused_with_what_is_wrong(network, weights, tmp_path):
    state = torch.load(weights, weights_only=True)["state_dict"]
    state["module.conv1.weight"] = torch.zeros(64, 3, 7, 7, 7)
    state["module.fancy"] = torch.zeros(1)
    del state["module.bn1.weight"]
    path = tmp_path / "other.pth"
    torch.save(state, path)
    before = network.network.encoder.conv1.weight.clone()
    wrong = r"1 missing .*bn1\.weight.*1 unknown .*fancy.*1 of another shape .*conv1"
    with pytest.raises(InputError, match=wrong):
        network.load_medicalnet(path)
    assert torch.equal(network.network.encoder.conv1.weight, before)
    with pytest.raises(InputError, match=wrong):
        check_med3d(NetworkSettings(name="med3d", weights=str(path)))
    check_med3d(NetworkSettings(name="med3d", weights=str(weights)))
