"""The use cases of the catalog: languages, models, and the training of a model."""
