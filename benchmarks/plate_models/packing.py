"""Writing a trained network as the file that is committed.

Pixels go in as a camera gives them (N x height x width x 3, bytes, blue green red): how they are evened out becomes
part of the network, so that nothing outside has to do it the same way. Weights are kept as half floats, which costs
nothing that can be measured and halves the file; they are widened once, when the file is opened.

Knows: ONNX, and what goes into and comes out of each of the three. Refuses to know: training.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

SMALLEST = 256  # weights; smaller tensors are not worth the cast


class Form(NamedTuple):
    """`size`: height and width of the pictures; another one is fine where the network has no opinion on it.
    `own_light`: each picture has mean 0 and deviation 1; else pixels are in -1..1."""

    size: tuple[int, int]
    answers: tuple[str, ...]
    own_light: bool = True


DETECTOR = Form((352, 640), ("cells",), own_light=False)
REFINER = Form((64, 128), ("corners",))
RECOGNISER = Form((48, 160), ("characters", "states"))


class Whole(nn.Module):
    """Pixels to answers."""

    def __init__(self, net: nn.Module, own_light: bool) -> None:
        super().__init__()
        self.net, self.own_light = net, own_light

    def forward(self, pixels: Tensor) -> Tensor:
        x = pixels.permute(0, 3, 1, 2).float()
        return self.net(evened(x) if self.own_light else x / 127.5 - 1)  # type: ignore[no-any-return]


def evened(x: Tensor) -> Tensor:
    """Every picture with mean 0 and deviation 1: a dark plate is not another plate."""
    mean = x.mean(dim=(1, 2, 3), keepdim=True)
    apart = x - mean
    deviation = (apart * apart).mean(dim=(1, 2, 3), keepdim=True).sqrt()
    return apart / (deviation + 4.0)


def write(net: nn.Module, out: Path, form: Form) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    axes = {"pixels": {0: "n", 1: "h", 2: "w"}} | {name: {0: "n"} for name in form.answers}
    written = io.BytesIO()
    whole = Whole(net.to(memory_format=torch.contiguous_format), form.own_light).eval()
    torch.onnx.export(
        whole, (torch.zeros(1, *form.size, 3, dtype=torch.uint8),), written, input_names=["pixels"],
        output_names=list(form.answers), dynamic_axes=axes, opset_version=17, dynamo=False,
    )  # fmt: skip
    onnx.save(halved(onnx.load_from_string(written.getvalue())), str(out))


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        weights = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or weights.size < SMALLEST:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(weights.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    for cast in reversed(casts):
        graph.node.insert(0, cast)
    onnx.checker.check_model(model)
    return model
