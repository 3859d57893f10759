"""The top floor: the programs people start."""

# Before PySide6, whose import hook reads the source of every module that is loaded after it, also of those that
# pydantic is only half through with: then pydantic cannot be imported any more.
from pydantic import BaseModel, Field, TypeAdapter, model_validator  # noqa: F401
