"""On a CUDA machine: the CPU's results, in float32 to rounding, and in bfloat16 nearly. Skipped elsewhere."""

import numpy as np
import pytest
import torch
from torch import nn

from dlcourse import train

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")

RNG = np.random.default_rng(0)
Y = RNG.integers(0, 3, 90)
X = (RNG.normal(size=(90, 2, 9, 9)) + Y[:, None, None, None]).astype(np.float32)


@pytest.fixture(autouse=True)
def _without_tf32():
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    yield
    torch.backends.cudnn.allow_tf32 = before


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(2, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(392, 3))


def fit(device, **options):
    model = network()
    settings = {"epochs": 3, "batch_size": 16, "precision": "float32", "progress": False} | options
    return train.fit(model, (X[:60], Y[:60]), (X[60:], Y[60:]), device=device, **settings), model


def test_a_gpu_trains_to_the_weights_of_the_cpu():
    (one, expected), (two, model) = fit("cpu"), fit("cuda")
    for a, b in zip(expected.state_dict().values(), model.state_dict().values(), strict=True):
        torch.testing.assert_close(b, a, atol=1e-3, rtol=1e-2)
    for name in ("loss", "valid_loss"):
        np.testing.assert_allclose(two[name], one[name], rtol=1e-2)
    np.testing.assert_allclose(train.predict(model, X, device="cuda"), train.predict(model, X, device="cpu"), atol=1e-3)


def test_half_precision_is_what_auto_takes_and_it_learns_as_well():
    (one, _), (two, _) = fit("auto", precision="float32", epochs=8), fit("auto", precision="auto", epochs=8)
    assert two["loss"][-1] == pytest.approx(one["loss"][-1], rel=0.2, abs=0.05)
    assert torch.cuda.is_bf16_supported(including_emulation=False) == (two["loss"] != one["loss"])


def test_model_and_optimizer_come_back_to_the_cpu():
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    for _ in range(2):
        train.fit(model, (X, Y), epochs=1, optimizer=optimizer, device="cuda", progress=False)
        assert {p.device.type for p in model.parameters()} == {"cpu"}
        assert {state["exp_avg"].device.type for state in optimizer.state.values()} == {"cpu"}


def test_a_run_stopped_on_a_gpu_goes_on_with_its_dropout(tmp_path):
    def run(**options):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(162, 3))
        train.fit(model, (X, Y), device="cuda", precision="float32", progress=False, **options)
        return model

    expected = run(epochs=4)
    run(epochs=2, checkpoint=tmp_path)
    resumed = run(epochs=4, checkpoint=tmp_path)
    torch.testing.assert_close(resumed[2].weight, expected[2].weight, atol=1e-6, rtol=1e-5)


def test_a_loss_that_is_no_number_is_found_at_the_end_of_the_epoch():
    with pytest.raises(FloatingPointError, match=r"the loss is (nan|inf) in epoch 1, batch 1"):
        train.fit(network(), (X * np.float32(1e38), Y), epochs=1, device="cuda", progress=False)


def test_data_that_do_not_fit_stay_in_main_memory(monkeypatch):
    _, expected = fit("cuda")
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (1000, 1000))
    _, model = fit("cuda")
    for a, b in zip(expected.parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(b, a, atol=1e-5, rtol=1e-4)
