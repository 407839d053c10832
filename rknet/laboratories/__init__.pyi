from .features import FeatureLaboratory as FeatureLaboratory
from .scheme import SchemeLaboratory as SchemeLaboratory
from .tableau import TableauLaboratory as TableauLaboratory
from .training import TrainingLaboratory as TrainingLaboratory
