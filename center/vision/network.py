"""A committed network, ready to look at pictures.

Knows: onnxruntime, and that a worker has one core to itself.
Refuses to know: what the pictures show, and what the answers mean.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from center.vision.opening import Image


class Network:
    """Not for two threads at once. Pixels go in as they are: how they are evened out is part of the network."""

    def __init__(self, model: Path) -> None:
        how = onnxruntime.SessionOptions()
        how.intra_op_num_threads = how.inter_op_num_threads = 1  # one worker, one core: the pool is the parallelism
        how.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        self._session = onnxruntime.InferenceSession(str(model), how, providers=["CPUExecutionProvider"])
        self._name = self._session.get_inputs()[0].name

    def __call__(self, pictures: list[Image]) -> list[NDArray[np.float32]]:
        """The network's answers, each with one row a picture. The pictures are of one size."""
        said = self._session.run(None, {self._name: np.stack(pictures)})
        return [np.asarray(one, np.float32) for one in said]
