"""Make the ONNX files of this folder, and what PyTorch computes with them; needs torch, onnxscript.

python tests/ml/models/pytorch/make.py
"""

from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

HERE = Path(__file__).parent


class Plain(nn.Module):
    """Convolution, normalisation, ReLU, pooling, and a head of two classes."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.Conv2d(8, 12, 1), nn.ReLU(),
            nn.AvgPool2d(2),
        )  # fmt: skip
        self.head = nn.Linear(12 * 4 * 3, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(torch.flatten(self.features(x), 1))


class Residual(nn.Module):
    """A residual block, for pictures of any size, that ends in probabilities."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 5, stride=2, padding=2)
        self.conv1 = nn.Conv2d(6, 6, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(6)
        self.conv2 = nn.Conv2d(6, 6, 3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.stem(x))
        x = torch.relu(x + self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.softmax(self.fc(torch.flatten(self.pool(x), 1)), 1)


def make(name: str, net: nn.Module, is_free: bool, layers: tuple[str, ...]) -> None:
    with torch.no_grad():
        for _ in range(20):  # so that the normalisation has a mean and a variance
            net(torch.rand(4, 3, 16, 12))
    net.eval()
    pictures = torch.rand(1, 3, 16, 12)
    found = {"pictures": pictures.numpy()}
    for layer in layers:
        net.get_submodule(layer).register_forward_hook(
            lambda _, given, output, layer=layer: found.update({layer: output.detach().numpy()})
        )
    with torch.no_grad():
        found["outputs"] = net(pictures).numpy()
    np.savez_compressed(HERE / f"{name}.npz", **found)
    if is_free:  # the newer of PyTorch's two ways
        size = {0: "batch", 2: "height", 3: "width"}
        torch.onnx.export(
            net, (pictures,), HERE / f"{name}.onnx", dynamo=True, external_data=False,
            input_names=["picture"], output_names=["shares"],
            dynamic_shapes=[dict.fromkeys(size, torch.export.Dim.DYNAMIC)],
        )  # fmt: skip
    else:
        torch.onnx.export(
            net, (pictures,), HERE / f"{name}.onnx", dynamo=False, opset_version=13,
            training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
            input_names=["image"], output_names=["scores"],
        )  # fmt: skip
    model = onnx.load(HERE / f"{name}.onnx")
    for node in model.graph.node:  # notes of where each line of code lay
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
    onnx.save(model, HERE / f"{name}.onnx")


if __name__ == "__main__":
    torch.manual_seed(0)
    make("plain", Plain().train(), False, ("features.1", "features.4", "features.7"))
    make("residual", Residual().train(), True, ("stem", "conv2", "fc"))
