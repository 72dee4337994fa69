"""The ground both the service and the workers stand on: records, the job spec, states, errors, settings, artifacts."""
