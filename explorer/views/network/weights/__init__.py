"""The weights of a layer: kernels as pictures, statistics, what is dead and what is alike."""
