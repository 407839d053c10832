"""What readers can touch in a notebook with a running kernel; see `rknet.playground` for the one without."""

from rknet.laboratories.features import FeatureLaboratory
from rknet.laboratories.scheme import SchemeLaboratory
from rknet.laboratories.tableau import TableauLaboratory
from rknet.laboratories.training import TrainingLaboratory

__all__ = ["FeatureLaboratory", "SchemeLaboratory", "TableauLaboratory", "TrainingLaboratory"]
