"""The only home of TensorFlow, Keras and LiteRT. No Qt."""
