"""Interactive laboratories of the chapters, for a running kernel; the built pages show a figure in their place."""

from rknet.widgets.scheme import SchemeLaboratory
from rknet.widgets.tableau import TableauLaboratory

__all__ = ["SchemeLaboratory", "TableauLaboratory"]
