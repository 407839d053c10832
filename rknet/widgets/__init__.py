"""What readers can touch: laboratories for a running kernel, and the playground, which runs in the page itself."""

from rknet.widgets.features import FeatureLaboratory
from rknet.widgets.playground import Playground
from rknet.widgets.scheme import SchemeLaboratory
from rknet.widgets.tableau import TableauLaboratory
from rknet.widgets.training import TrainingLaboratory

__all__ = ["FeatureLaboratory", "Playground", "SchemeLaboratory", "TableauLaboratory", "TrainingLaboratory"]
