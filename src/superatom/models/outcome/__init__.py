"""Will this synthesis give the target alone? Outcome models after Li et al., doi:10.1002/aisy.201900029."""
