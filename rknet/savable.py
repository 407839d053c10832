"""The method by which nets and estimators are saved."""

from __future__ import annotations

import pkgutil
from pathlib import Path


class Savable:
    """What `rknet.saving.save` can write."""

    def save(self, path: Path | str, *, overwrite: bool = False) -> None:
        """Write this to a file that `rknet.load` reads: see `rknet.saving.save`."""
        pkgutil.resolve_name("rknet.saving:save")(self, path, overwrite=overwrite)
