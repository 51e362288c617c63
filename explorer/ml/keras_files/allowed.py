"""What a Keras config may name: the classes and functions of Keras that compute, and no others.

A list of what is allowed, since Keras looks names up among all that it offers: whatever a later
version adds is refused until it is listed here.
"""

from dataclasses import dataclass
from typing import Any

from explorer.core.text.shorten import shorten


@dataclass(frozen=True)
class ForbiddenPart:
    """A part of a model that Keras cannot or must not load.

    Attributes
    ----------
    layer : str
        The name of the layer that it is, or is a setting of; empty outside of layers.
    kind : str
        Its class or function, as the file names it.
    reason : str
        Why, as what follows “it was not opened:”, naming both.
    """

    layer: str
    kind: str
    reason: str


_HOLD_CODE = {
    "Lambda": "which holds code that could do anything on this computer",
    "__lambda__": "which holds code that could do anything on this computer",
    "TFSMLayer": "which runs another program's SavedModel",
    "TorchModuleWrapper": "which runs a PyTorch module that was pickled",
    "FlaxLayer": "which runs a Flax module",
    "JaxLayer": "which runs a JAX function",
}

_LAYERS = """
Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D
AdaptiveAveragePooling3D AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add
AdditiveAttention AlphaDropout Attention AugMix AutoContrast Average AveragePooling1D
AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D BatchNormalization
BatchNormalizationV1 BatchNormalizationV2 Bidirectional CategoryEncoding CenterCrop Concatenate
Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D
ConvLSTM3D Convolution1D Convolution1DTranspose Convolution2D Convolution2DTranspose Convolution3D
Convolution3DTranspose ContrastLimitedAdaptiveHistogramEqualization Cropping1D Cropping2D Cropping3D
CutMix Dense DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU EinsumDense Embedding
Equalization Flatten GRU GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D
GlobalAveragePooling2D GlobalAveragePooling3D GlobalAvgPool1D GlobalAvgPool2D GlobalAvgPool3D
GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D
GlobalMaxPooling3D GroupNormalization GroupQueryAttention HashedCrossing Hashing Identity InputLayer
InputSpec IntegerLookup LSTM LSTMCell LayerNormalization LeakyReLU Masking MaxNumBoundingBoxes
MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D Maximum MelSpectrogram Minimum
MixUp MultiHeadAttention Multiply Normalization PReLU Permute Pipeline RMSNormalization RNN
RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop
RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHeight
RandomHue RandomInvert RandomPerspective RandomPosterization RandomRotation RandomSaturation
RandomSharpness RandomShear RandomTranslation RandomWidth RandomZoom ReLU RepeatVector Rescaling
Reshape Resizing ReversibleEmbedding STFTSpectrogram SeparableConv1D SeparableConv2D
SeparableConvolution1D SeparableConvolution2D SimpleRNN SimpleRNNCell Softmax Solarization
SpatialDropout1D SpatialDropout2D SpatialDropout3D SpectralNormalization StackedRNNCells
StringLookup Subtract TextVectorization ThresholdedReLU TimeDistributed UnitNormalization
UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
LayerScale StochasticDepth
"""
_MODELS = "Functional Sequential Model"
_SETTINGS = """
Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity IdentityInitializer LecunNormal
LecunUniform Ones Orthogonal OrthogonalInitializer RandomNormal RandomUniform STFT STFTInitializer
TruncatedNormal VarianceScaling Zeros
L1 L1L2 L2 OrthogonalRegularizer
MaxNorm MinMaxNorm NonNeg UnitNorm
DTypePolicy DTypePolicyMap FloatDTypePolicy Int4DTypePolicy Policy QuantizedDTypePolicy
QuantizedFloat8DTypePolicy GPTQDTypePolicy AWQDTypePolicy AbsMaxQuantizer
Float8QuantizationConfig Int4QuantizationConfig Int8QuantizationConfig
GPTQConfig AWQConfig QuantizationConfig SeedGenerator
__bytes__ __ellipsis__ __keras_tensor__ __numpy__ __slice__ __tensor__ __tuple__ TensorShape
"""
_FUNCTIONS = """
celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu
linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus
softsign sparse_plus sparse_sigmoid sparsemax squareplus swish tanh tanh_shrink threshold
"""
HARD_SIGMOID_OF_KERAS_2 = "hard_sigmoid_of_keras_2"
"""What translated configs call max(0, min(1, 0.2 x + 0.5)); in Keras 3, `hard_sigmoid` is another
function. Who loads such a config defines it, in `keras.saving.custom_object_scope`."""

ALLOWED = frozenset((_LAYERS + _MODELS + _SETTINGS).split())
FUNCTIONS = frozenset((*_FUNCTIONS.split(), HARD_SIGMOID_OF_KERAS_2))

_ACTIVATIONS = ("activation", "recurrent_activation")
_PACKAGES = ("keras", "tf_keras", "tensorflow", "tensorflow_core", "builtins")
_MAX_FOUND = 100


def find_forbidden(config: Any) -> tuple[ForbiddenPart, ...]:
    """Return what in a config Keras cannot or must not load, in the order of the layers."""
    found: list[ForbiddenPart] = []
    left = [(config, "")]
    while left and len(found) < _MAX_FOUND:
        value, layer = left.pop()
        if isinstance(value, list):
            left.extend((one, layer) for one in reversed(value))
        if not isinstance(value, dict):
            continue
        kind, inner = value.get("class_name"), value.get("config")
        is_layer = False
        if isinstance(kind, str) and "config" in value:
            name = inner.get("name") if isinstance(inner, dict) else None
            is_layer = isinstance(name, str)
            layer = str(name) if is_layer else layer
            if kind == "function" and inner not in FUNCTIONS:
                found.append(_of_function(layer, str(inner)))
                continue
            if why := _reason(value, kind):
                found.append(_forbidden(layer, kind, why, is_layer))
                continue
        for key in _ACTIVATIONS:
            if isinstance(value.get(key), str) and value[key] not in FUNCTIONS:
                found.append(_of_function(layer, value[key]))
        left.extend((one, layer) for one in reversed(value.values()))
    return tuple(found)


def _forbidden(layer: str, kind: str, why: str, is_layer: bool) -> ForbiddenPart:
    verb = "is" if is_layer else "contains"
    where = f"its layer “{shorten(layer)}” {verb}" if layer else "it contains"
    article = "an" if kind[:1].lower() in "aeiou" else "a"
    return ForbiddenPart(layer, kind, f"{where} {article} {shorten(kind)}, {why}")


def _of_function(layer: str, name: str) -> ForbiddenPart:
    where = f"its layer “{shorten(layer)}” contains" if layer else "it contains"
    reason = f"{where} a function {shorten(name)}, which Keras' layers do not have"
    return ForbiddenPart(layer, name, reason)


def _reason(entry: dict[str, Any], kind: str) -> str:
    """Say why a part is forbidden, as what follows its class; empty where it is not."""
    if kind in _HOLD_CODE:
        return _HOLD_CODE[kind]
    module, config = entry.get("module"), entry["config"]
    package = module.partition(".")[0] if isinstance(module, str) else "keras"
    if kind == "function":
        return ""
    if package in _PACKAGES and (kind in ALLOWED or _is_operation(module)):
        reads = isinstance(config, dict) and isinstance(config.get("vocabulary"), str)
        return "which would read another file of this computer" if reads else ""
    if package in ("keras_hub", "keras_cv", "keras_nlp"):
        return f"which is part of {package}, not of Keras: this program does not have it"
    if isinstance(module, str) and package not in _PACKAGES:
        return f"of “{shorten(module)}”, which is not part of Keras"
    return "which is not part of Keras: its code is not in the file"


def _is_operation(module: Any) -> bool:
    return isinstance(module, str) and module.startswith(("keras.src.ops.", "keras.ops"))
