"""The playground, which trains nets in the page itself, and what repeats its runs in Python.

`Playground` is the widget; `random` specifies what the page draws, and `replay` trains an exported run again.  The
widget is imported once it is asked for: `rknet verify` replays runs where anywidget is not installed.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
