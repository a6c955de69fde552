"""How the plate reader's two networks are made: renders of our own in, two ONNX files out. Not part of the wheel."""
