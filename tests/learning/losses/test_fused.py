"""The Triton kernels against the plain engine and float64.

Where there is no GPU, Triton's interpreter runs them on the CPU, and its compiler
compiles them for one: so all but their speed can be checked anywhere Triton is
installed (``pip install triton``; the CUDA builds of PyTorch bring it along).
"""

import importlib
import re
import sys
from contextlib import contextmanager
from importlib.util import find_spec

import pytest
import torch

from napari_rpdl.events import Said
from napari_rpdl.learning import losses
from napari_rpdl.learning.losses import PatternTargets, pattern_sums
from napari_rpdl.learning.losses.reward_penalty_dice import RewardPenaltyDiceLoss
from napari_rpdl.learning.requirements import triton_would_crash
from napari_rpdl.learning.stepping import Stepper
from napari_rpdl.settings import ComputationSettings, RPMapSettings

NAME = "napari_rpdl.learning.losses.fused"
ON_GPU = torch.cuda.is_available()
SHAPES = {"less than a block": (5, 6, 4), "blocks and a bit": (13, 17, 11), "programs and a bit": (17, 23, 25)}
TOLERANCE = {torch.float64: 1e-12, torch.float32: 2e-6, torch.bfloat16: 2e-6, torch.half: 2e-6}


@contextmanager
def imported_anew(*, interpreted):
    """Import Triton and the kernels as if for the first time: how kernels run is settled then."""
    if find_spec("triton") is None:
        pytest.skip("Triton is not installed (pip install triton)")
    if triton_would_crash():
        pytest.skip("Triton's LLVM and that of Mesa's OpenGL crash each other: run this file by itself")
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_ours(name)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRITON_INTERPRET", "1" if interpreted else "0")
        yield importlib.import_module(NAME)
    for name in filter(_is_ours, list(sys.modules)):
        del sys.modules[name]
    vars(losses).pop("fused", None)
    sys.modules.update(before)


def _is_ours(name):
    return name == NAME or (name.split(".")[0] == "triton" and not name.startswith("triton._C"))


@pytest.fixture(scope="module")
def fused():
    """The module, interpreted where there is no GPU."""
    with imported_anew(interpreted=not ON_GPU) as module:
        yield module


def masks(surgeons, shape=(13, 17, 11), bones=2, seed=0):
    random = torch.Generator().manual_seed(seed)
    common = torch.rand(bones, 1, *shape, generator=random) < 0.3
    return common & (torch.rand(bones, surgeons, *shape, generator=random) < 0.6)


def case(surgeons, dtype=torch.float32, channels=1, **more):
    device = "cuda" if ON_GPU else "cpu"
    drilled = masks(surgeons, **more)
    random = torch.Generator().manual_seed(surgeons)
    logits = 3 * torch.randn(len(drilled), channels, *drilled.shape[2:], generator=random, dtype=torch.float64)
    return logits.to(device, dtype).requires_grad_(), PatternTargets.from_masks(drilled.to(device))


def exact(logits, targets):
    """Sums in float64, voxel by voxel."""
    z = logits.double()
    patterns = targets.patterns.long().unsqueeze(1).expand(z.shape)
    bins = len(targets.members)
    rows = torch.arange(z.shape[0] * z.shape[1], device=z.device).reshape(*z.shape[:2], 1, 1, 1)
    at = (rows * bins + patterns).flatten()
    values = [z.sigmoid(), torch.nn.functional.softplus(z), z]
    nothing = torch.zeros(rows.numel() * bins, dtype=z.dtype, device=z.device)
    return torch.stack([nothing.index_add(0, at, value.flatten()).reshape(*z.shape[:2], bins) for value in values])


def check(fused, logits, targets, cross_entropy):
    ours = fused.FusedSums.apply(logits, targets, cross_entropy)
    plain = pattern_sums._Sums.apply(logits, targets, cross_entropy)
    assert ours.dtype == torch.float64
    wanted = exact(logits, targets)
    if not cross_entropy:
        wanted = torch.cat([wanted[:1], torch.zeros_like(wanted[1:])])
    within = TOLERANCE[logits.dtype]
    size = float(wanted.abs().max())
    torch.testing.assert_close(ours, wanted, rtol=within, atol=within * size)
    torch.testing.assert_close(plain, wanted, rtol=within, atol=within * size)
    random = torch.Generator().manual_seed(1)
    weights = torch.rand(ours.shape, generator=random, dtype=torch.float64).to(ours) - 0.3
    (slope,) = torch.autograd.grad((weights * ours).sum(), logits)
    (expected,) = torch.autograd.grad((weights * plain).sum(), logits)
    (right,) = torch.autograd.grad((weights * wanted).sum(), logits)
    assert slope.dtype == logits.dtype
    assert slope.shape == logits.shape
    rounding = max(torch.finfo(logits.dtype).eps, within)
    torch.testing.assert_close(slope, expected, rtol=rounding, atol=rounding)
    torch.testing.assert_close(slope, right, rtol=rounding, atol=rounding)


@pytest.mark.parametrize("cross_entropy", [False, True])
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("surgeons", [1, 2, 7, 8, 12])
def test_sums_and_gradient_are_those_of_the_plain_engine_and_of_float64(fused, surgeons, dtype, cross_entropy):
    check(fused, *case(surgeons, dtype), cross_entropy)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize(("bones", "channels"), [(1, 1), (3, 1), (2, 3)])
def test_any_number_of_voxels_bones_and_channels(fused, shape, bones, channels):
    check(fused, *case(2, channels=channels, shape=shape, bones=bones), True)


@pytest.mark.parametrize("drilled", [False, True])
@pytest.mark.parametrize("surgeons", [1, 7, 12])
def test_masks_may_be_empty_or_full(fused, drilled, surgeons):
    logits, _ = case(surgeons)
    all_alike = torch.full((2, surgeons, 13, 17, 11), drilled, device=logits.device)
    check(fused, logits, PatternTargets.from_masks(all_alike), True)


def test_logits_of_any_memory_layout_are_taken(fused):
    logits, targets = case(7)
    turned = logits.detach().permute(0, 1, 4, 3, 2).contiguous().permute(0, 1, 4, 3, 2).requires_grad_()
    assert not turned.is_contiguous()
    ours, plain = (fused.FusedSums.apply(z, targets, False) for z in (turned, logits))
    torch.testing.assert_close(ours, plain, rtol=1e-12, atol=1e-12)
    weights = torch.rand_like(ours)
    (slope,) = torch.autograd.grad((weights * ours).sum(), turned)
    (expected,) = torch.autograd.grad((weights * plain).sum(), logits)
    torch.testing.assert_close(slope, expected)


@pytest.mark.parametrize("most", [1, 3 * 2 * 128 * 3])
def test_many_patterns_take_fewer_copies(fused, monkeypatch, most):
    monkeypatch.setattr(fused, "MOST_SUMS", most)
    check(fused, *case(7, shape=(17, 23, 50)), False)


def test_saturated_logits_stay_finite(fused):
    logits, targets = case(2)
    large = (1e4 * logits.detach()).requires_grad_()
    sums = fused.FusedSums.apply(large, targets, True)
    (slope,) = torch.autograd.grad(sums.sum(), large)
    assert torch.isfinite(sums).all()
    assert torch.isfinite(slope).all()


def test_softplus_is_exact_where_one_and_a_little_rounds_to_one(fused):
    """log(1 + exp(-20)) = 2.06e-9 is 0 if 1 + exp(-20) is rounded first."""
    targets = PatternTargets.from_masks(
        torch.zeros(1, 1, 4, 4, 4, dtype=torch.bool, device="cuda" if ON_GPU else "cpu")
    )
    logits = torch.full((1, 1, 4, 4, 4), -20.0, device=targets.weights.device)
    sums = fused.add_up(logits, targets.patterns, 2, cross_entropy=True)
    assert sums[1, 0, 0, 0].item() == pytest.approx(64 * 2.0611536e-9, rel=1e-6)


def test_a_loss_through_the_kernels_is_the_plain_one(fused, monkeypatch):
    """The whole way: the engine is chosen, Eq. (3) is a formula of its sums, the gradient comes back."""
    logits, targets = case(7)
    loss = RewardPenaltyDiceLoss(RPMapSettings())
    if ON_GPU:
        monkeypatch.setattr(pattern_sums, "fused_engine", lambda device: None)
    plain = loss(logits, targets)
    (expected,) = torch.autograd.grad(plain, logits)
    monkeypatch.setattr(pattern_sums, "fused_engine", lambda device: fused)
    ours = loss(logits, targets)
    (slope,) = torch.autograd.grad(ours, logits)
    assert type(ours.grad_fn) is type(plain.grad_fn)
    torch.testing.assert_close(ours, plain, rtol=1e-6, atol=0)
    torch.testing.assert_close(slope, expected, rtol=1e-5, atol=1e-6 * float(expected.abs().max()))


def test_deterministic_algorithms_take_the_plain_engine(fused, monkeypatch):
    logits, targets = case(2)
    monkeypatch.setattr(pattern_sums, "fused_engine", lambda device: fused)
    monkeypatch.setattr(torch, "are_deterministic_algorithms_enabled", lambda: True)
    monkeypatch.setattr(fused, "add_up", None)
    pattern_sums.pattern_sums(logits, targets)


def test_what_keeps_the_kernels_from_running_is_said_once(monkeypatch):
    cuda = torch.device("cuda")
    pattern_sums._try_kernels.cache_clear()
    monkeypatch.setitem(sys.modules, "triton", None)
    monkeypatch.delattr(losses, "fused", raising=False)
    monkeypatch.delitem(sys.modules, NAME, raising=False)
    try:
        assert pattern_sums.fused_engine(cuda) is None
        stepper = Stepper(torch.nn.Identity(), torch.nn.Identity(), ComputationSettings(), cuda)
        assert list(stepper.news()) == [
            Said("Triton is not installed: losses take plain PyTorch, with the same result, but slower.")
        ]
        assert list(stepper.news()) == []
    finally:
        pattern_sums._try_kernels.cache_clear()


def test_triton_is_not_loaded_beside_the_llvm_of_opengl(monkeypatch):
    """Loading it would end the program, not raise."""
    pattern_sums._try_kernels.cache_clear()
    monkeypatch.delitem(sys.modules, "triton", raising=False)
    monkeypatch.setattr(pattern_sums, "triton_would_crash", lambda: True)
    try:
        assert pattern_sums.fused_engine(torch.device("cuda")) is None
        assert "process of its own" in pattern_sums.why_plain(torch.device("cuda"))
        assert "triton" not in sys.modules
    finally:
        pattern_sums._try_kernels.cache_clear()


@pytest.mark.skipif(ON_GPU, reason="there is a GPU")
def test_a_gpu_that_does_not_work_is_said_and_plain_pytorch_goes_on(fused):
    pattern_sums._try_kernels.cache_clear()
    try:
        assert pattern_sums.fused_engine(torch.device("cuda")) is None
        assert pattern_sums.why_plain(torch.device("cuda")).startswith("Triton does not work here (")
    finally:
        pattern_sums._try_kernels.cache_clear()


def test_other_devices_have_nothing_to_say():
    assert pattern_sums.fused_engine(torch.device("cpu")) is None
    assert pattern_sums.why_plain(torch.device("cpu")) is None


@pytest.fixture(scope="module")
def compilable():
    """The module, compiled, with or without a GPU."""
    with imported_anew(interpreted=False) as module:
        yield module


def machine_code(module, kernel, logits, patterns, *, cross_entropy=False, even=False):
    """A kernel for compute capability 9.0 (H100), whether one is here or not.

    ``even``: as Triton compiles it for tensors that begin at a multiple of 16 bytes (those of
    PyTorch do) and hold a multiple of 16 voxels.
    """
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    wide = logits == "fp64"
    types = {"logits": f"*{logits}", "patterns": f"*{patterns}", "sums": "*fp64", "gradient": f"*{logits}"}
    types |= {"slopes": "*fp64" if wide else "*fp32"}
    known = {"exact": triton.language.float64 if wide else triton.language.float32, "cross_entropy": cross_entropy}
    known |= {"block": module.BLOCK, "blocks": module.BLOCKS, "copies": module.COPIES}
    names = kernel.arg_names
    signature = {name: "constexpr" if name in known else types.get(name, "i32") for name in names}
    constants = {(names.index(name),): value for name, value in known.items() if name in names}
    multiples = [name for name in names if even and (name in types or name == "voxels")]
    attributes = {(names.index(name),): [["tt.divisibility", 16]] for name in multiples}
    source = ASTSource(fn=kernel, signature=signature, constexprs=constants, attrs=attributes)
    return triton.compile(source, target=GPUTarget("cuda", 90, 32))


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """Compile anew, and leave nothing in the user's cache."""
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))


@pytest.mark.usefixtures("own_cache")
@pytest.mark.parametrize("cross_entropy", [False, True])
@pytest.mark.parametrize(("logits", "patterns"), [("fp32", "u8"), ("bf16", "u8"), ("fp16", "i32"), ("fp64", "u8")])
def test_the_kernels_compile_for_a_gpu(compilable, logits, patterns, cross_entropy):
    for kernel in (compilable._add_up, compilable._look_up):
        assert machine_code(compilable, kernel, logits, patterns, cross_entropy=cross_entropy).asm["cubin"]


def moved(ptx, order):
    """Bytes that a thread moves between registers and global memory each time it meets such an instruction."""
    found = re.findall(rf"\b{order}\.global(?:\.v(\d))?\.b(\d+)", ptx)
    return sum(int(many or 1) * int(bits) // 8 for many, bits in found)


@pytest.mark.usefixtures("own_cache")
@pytest.mark.parametrize("cross_entropy", [False, True])
@pytest.mark.parametrize(("logits", "size"), [("fp32", 4), ("bf16", 2)])
def test_the_machine_code_moves_each_byte_once(compilable, logits, size, cross_entropy):
    """Counted in the code for an H100: 14 bytes per voxel for float32 logits, 8 for bfloat16, as the module says."""
    forward, backward = (
        machine_code(compilable, kernel, logits, "u8", cross_entropy=cross_entropy, even=True)
        for kernel in (compilable._add_up, compilable._look_up)
    )
    for kernel in (forward, backward):
        assert not re.search(r"\b(LDL|STL)\b", kernel.asm["sass"])  # no register is spilled to memory
    voxels = compilable.BLOCK // (32 * forward.metadata.num_warps)  # of a thread, each round
    table = 4 * (3 if cross_entropy else 1)  # slopes, looked up by pattern: 0.5 kB that stay in the cache
    assert moved(forward.asm["ptx"], "ld") == (size + 1) * voxels
    assert moved(forward.asm["ptx"], "st") == 0
    assert moved(backward.asm["ptx"], "ld") == (size + 1 + table) * voxels
    assert moved(backward.asm["ptx"], "st") == size * voxels
