"""Running ONNX files."""
