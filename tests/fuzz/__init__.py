"""Input of every kind for everything that is public: ``python -m tests.fuzz --minutes 60 --seed 0``.

`public` lists what packages offer in their ``__all__``; `targets` has a strategy for each, and for the commands and the
readers of files.  An answer is right, or an error that the documentation names: ValueError in four parts on one line,
what a docstring lists under Raises, an exit code of `rknet`.
"""
