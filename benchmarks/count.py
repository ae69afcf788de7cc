"""MACs of published PyTorch networks as `count` finds them, beside PyTorch's own counter of operations.

    python -m benchmarks.count [NAME ...]

One network of each family in timm, the smallest that runs on images of its default size; without weights, on PyTorch's
`meta` device, which computes nothing. It ends with how many agree to the last MAC, and lists the others. timm has to be
installed for it; this book does not need it.
"""

from __future__ import annotations

import importlib.util
import sys
import time
import warnings

import torch
from torch.utils.flop_counter import FlopCounterMode

from dlcourse import count

NAMES = """
beit_base_patch16_224 eca_botnext26ts_256 mobileone_s1 cait_xxs24_224 coat_tiny convit_tiny convmixer_768_32
convnext_atto cpubone_nano crossvit_tiny_240 csatv2 cs3darknet_focus_s cspnext_tiny davit_tiny deepseek_vit_412m
deit_tiny_patch16_224 densenet121 dla34 dpn48b edgenext_xx_small efficientformer_l1 efficientformerv2_s0
mobilenet_edgetpu_v2_xs efficientvim_m1 efficientvit_b0 efficientvit_m0 vit_tiny_patch16_dinov3_qkvb
fasternet_t0 fastvit_t8 focalnet_tiny_srf gcvit_xxtiny gemma4_vit_167m ghostnet_050 hardcorenas_b hgnetv2_b0
hiera_tiny_224 sam2_hiera_tiny hrnet_w18_small iformer_t inception_next_atto inception_resnet_v2 inception_v3
inception_v4 lcnetv2_small levit_128 lowformer_b0 mambaout_femto maxvit_pico_rw_256 poolformer_s12 gmlp_ti16_224
mobilenetv3_small_050 mobilenetv5_base mobilevit_xxs mvitv2_tiny naflexvit_base_patch16_gap nasnetalarge
nest_tiny nextvit_small nf_regnet_b0 pit_ti_224 pnasnet5large pvt_v2_b0 qwen3_vit_88m rdnet_tiny regnetx_002
repghostnet_050 repvit_m1 res2next50 resnest14d resnet18 resnetv2_18 rexnet_100 selecsls42 legacy_seresnet18
sequencer2d_s shvit_s1 skresnet18 starnet_s050 swiftformer_xs swin_tiny_patch4_window7_224
swinv2_tiny_window8_256 swinv2_cr_tiny_224 tiny_vit_5m_224 tnt_s_legacy_patch16_224 tresnet_m twins_svt_small
vgg11 visformer_tiny vit_tiny_patch16_224 vit_tiny_r_s16_p8_224 test_vit_relpos samvit_base_patch16_224
vitamin_small_224 volo_d1_224 ese_vovnet19b_slim_dw legacy_xception xception41p xcit_nano_12_p8_224
"""


def compare(name: str) -> tuple[str, str]:
    """How one network does, in a word, and the row that says more."""
    import timm

    with torch.device("meta"):
        model = timm.create_model(name).eval().requires_grad_(False)
    shape = tuple(model.pretrained_cfg.get("input_size", (3, 224, 224)))
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, *shape, device="meta"))
    expected = counter.get_total_flops() // 2
    start = time.perf_counter()
    try:
        found = count.count(model, shape)
    except ValueError as error:
        return "refused", f"{name:32} {expected:16,} {str(error)[:100]}"
    seconds = time.perf_counter() - start
    between = sum(row.macs for row in found.layers if row.kind == "functions")
    numbers = f"{found.macs:16,} {found.macs / expected - 1:+8.2%} {between / expected:8.1%} {seconds:6.1f} s"
    return "exact" if found.macs == expected else "different", f"{name:32} {expected:16,} {numbers}"


def main(names: list[str]) -> None:
    if importlib.util.find_spec("timm") is None:
        print("timm is not installed: nothing to compare")
        return
    warnings.filterwarnings("ignore")
    print(f"{'network':32} {'by PyTorch':>16} {'by count':>16} {'differs':>8} {'functions':>9}")
    results: dict[str, list[str]] = {"exact": [], "different": [], "refused": []}
    for name in names:
        word, row = compare(name)
        results[word].append(row)
        print(row, flush=True)
    print(*(f"{len(rows)} {word}" for word, rows in results.items()), sep=", ")
    for row in results["different"] + results["refused"]:
        print(row)


if __name__ == "__main__":
    main(sys.argv[1:] or NAMES.split())
