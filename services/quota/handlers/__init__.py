"""The use cases of quota: plans, the claims of trainings, the hosting of models."""
