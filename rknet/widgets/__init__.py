"""Interactive laboratories of the chapters, for a running kernel; the built pages show a figure in their place."""

from rknet.widgets.features import FeatureLaboratory
from rknet.widgets.scheme import SchemeLaboratory
from rknet.widgets.tableau import TableauLaboratory
from rknet.widgets.training import TrainingLaboratory

__all__ = ["FeatureLaboratory", "SchemeLaboratory", "TableauLaboratory", "TrainingLaboratory"]
