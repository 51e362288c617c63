"""Looking closely: how one value comes about, what the weights are, what a value depends on."""
