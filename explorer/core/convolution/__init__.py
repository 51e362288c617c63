"""A convolution: where its windows lie, and the quickest exact way to compute it."""
