"""What a call that fails leaves behind: the object as it was."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

Method = TypeVar("Method", bound=Callable[..., Any])


def restoring(method: Method) -> Method:
    """A method that, if it fails or is interrupted, leaves its object with the attributes that it had before."""

    @functools.wraps(method)
    def guarded(self: object, *args: Any, **kwargs: Any) -> Any:
        before = dict(vars(self))
        try:
            return method(self, *args, **kwargs)
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise

    return cast(Method, guarded)
