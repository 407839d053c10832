from . import adjoint as adjoint
from . import data as data
from . import lifts as lifts
from . import nets as nets
from . import tableaus as tableaus
from . import training as training
from .activations import ACTIVATIONS as ACTIVATIONS
from .convolution import ConvolutionalRKNet as ConvolutionalRKNet
from .data.points import LAWS as LAWS
from .data.points import PointSet as PointSet
from .data.points import draw as draw
from .data.points import split as split
from .history import History as History
from .lifts import LIFTS as LIFTS
from .named import EulerNet as EulerNet
from .named import RK4Net as RK4Net
from .nets import Net as Net
from .nets import RKNet as RKNet
from .nets import StandardNet as StandardNet
from .protocol import Protocol as Protocol
from .saving import load as load
from .tableaus import TABLEAUS as TABLEAUS
from .tableaus import Tableau as Tableau
from .training import fit as fit

__version__: str
