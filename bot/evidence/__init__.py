"""Evidence for an ethics committee or a data officer: each rule with its requirement, its tests and their last result."""
