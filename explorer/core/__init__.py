"""Plain values and NumPy arrays: pictures, kernels, filters, datasets, runs. No Qt, no TensorFlow."""
