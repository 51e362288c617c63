"""One value of a map: how it comes about, and which pixels it depends on."""
