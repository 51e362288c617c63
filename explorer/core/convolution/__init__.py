"""A convolution: where its windows lie, and the quickest exact computation of it."""
