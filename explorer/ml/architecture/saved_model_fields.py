"""The fields of saved_model.pb that are read, without TensorFlow."""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor_pb2 import FieldDescriptorProto

_PACKAGE = "explorer_saved_model"
_ONE, _MANY = FieldDescriptorProto.LABEL_OPTIONAL, FieldDescriptorProto.LABEL_REPEATED
_SCALARS = {
    "int32": FieldDescriptorProto.TYPE_INT32,
    "int64": FieldDescriptorProto.TYPE_INT64,
    "string": FieldDescriptorProto.TYPE_STRING,
}
_MESSAGES: dict[str, tuple[tuple[str, int, int, str], ...]] = {
    "SavedModel": (("meta_graphs", 2, _MANY, "MetaGraph"),),
    "MetaGraph": (
        ("meta_info_def", 1, _ONE, "MetaInfo"),
        ("graph_def", 2, _ONE, "Graph"),
        ("signature_def", 5, _MANY, "NamedSignature"),
    ),
    "MetaInfo": (("tensorflow_version", 5, _ONE, "string"),),
    "Graph": (("node", 1, _MANY, "Node"), ("library", 2, _ONE, "Library")),
    "Library": (("function", 1, _MANY, "Function"),),
    "Function": (
        ("signature", 1, _ONE, "Operation"),
        ("node_def", 3, _MANY, "Node"),
        ("ret", 4, _MANY, "NamedText"),
    ),
    "Operation": (("name", 1, _ONE, "string"), ("output_arg", 3, _MANY, "Named")),
    "Node": (
        ("name", 1, _ONE, "string"),
        ("op", 2, _ONE, "string"),
        ("input", 3, _MANY, "string"),
        ("attr", 5, _MANY, "NamedAttribute"),
    ),
    "Named": (("name", 1, _ONE, "string"),),
    "NamedText": (("key", 1, _ONE, "string"), ("value", 2, _ONE, "string")),
    "NamedAttribute": (("key", 1, _ONE, "string"), ("value", 2, _ONE, "Attribute")),
    "Attribute": (("func", 10, _ONE, "Named"),),
    "NamedSignature": (("key", 1, _ONE, "string"), ("value", 2, _ONE, "Signature")),
    "Signature": (("inputs", 1, _MANY, "NamedTensor"), ("outputs", 2, _MANY, "NamedTensor")),
    "NamedTensor": (("key", 1, _ONE, "string"), ("value", 2, _ONE, "Tensor")),
    "Tensor": (
        ("name", 1, _ONE, "string"),
        ("dtype", 2, _ONE, "int32"),
        ("tensor_shape", 3, _ONE, "Shape"),
    ),
    "Shape": (("dim", 2, _MANY, "Length"),),
    "Length": (("size", 1, _ONE, "int64"),),
}
"""Of tensorflow/core/protobuf/saved_model.proto and what it uses: name, number, how many, type."""


def parse_saved_model(content: bytes) -> Any:
    """Return the parsed file; DecodeError where it is damaged."""
    message = message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"{_PACKAGE}.SavedModel"))
    return message.FromString(content)


def _make_pool() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="explorer_saved_model.proto", package=_PACKAGE, syntax="proto3"
    )
    for name, fields in _MESSAGES.items():
        made = file.message_type.add(name=name)
        for field, number, label, kind in fields:
            added = made.field.add(name=field, number=number, label=label)
            if kind in _SCALARS:
                added.type = _SCALARS[kind]
            else:
                added.type = FieldDescriptorProto.TYPE_MESSAGE
                added.type_name = f".{_PACKAGE}.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


_POOL = _make_pool()
