"""The space of settings of a campaign: parameters, constraints, candidates, and how they become numbers."""

from superatom.conditions.space.constraints import Constraint
from superatom.conditions.space.parameters import Parameter, ParameterKind, Setting
from superatom.conditions.space.space import SPACE, Settings, Space

__all__ = ["SPACE", "Constraint", "Parameter", "ParameterKind", "Setting", "Settings", "Space"]
