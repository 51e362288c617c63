"""Which networks are trained, and with what augmentation."""
