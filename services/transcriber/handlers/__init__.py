"""The use cases of the transcriber: jobs, the uploads of their audio, and the work on them."""
