"""The data of a spec: split, laid out for the algorithm, and made ready to upload."""
