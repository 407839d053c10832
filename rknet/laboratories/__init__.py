"""What readers can touch in a notebook with a running kernel; see `rknet.playground` for the one without."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
