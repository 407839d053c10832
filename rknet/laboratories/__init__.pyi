from .digits.laboratory import DigitLaboratory as DigitLaboratory
from .features import FeatureLaboratory as FeatureLaboratory
from .flow import FlowInSpace as FlowInSpace
from .scheme import SchemeLaboratory as SchemeLaboratory
from .tableau import TableauLaboratory as TableauLaboratory
from .training import TrainingLaboratory as TrainingLaboratory
