"""ConvNet Explorer: see what convolution and convolutional networks do to a picture."""

__version__ = "0.1.0"
