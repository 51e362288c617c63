"""Reading whole files, writing them atomically, printable names, JSON."""
