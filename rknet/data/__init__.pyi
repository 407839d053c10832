from . import bayes as bayes
from . import images as images
from . import points as points
