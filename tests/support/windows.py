"""A window by itself, with pages that do nothing."""

from explorer.views.common.page import Page
from explorer.views.common.page_spec import PageSpec
from explorer.views.window.main_window import MainWindow


def make_window(**pages: type[Page]) -> MainWindow:
    """Return a window with these pages, none of them shown."""
    specs = [
        PageSpec(name, name.capitalize(), "info", lambda parts, memory, kind=kind: kind())
        for name, kind in pages.items()
    ]
    return MainWindow(specs, lambda spec: spec.build(None, ""))
