"""Plain values and NumPy arrays: pictures, kernels, datasets, runs. No Qt, no TensorFlow."""
