"""Pure analysis of the training log: what weights, classes and images did, on one clock.

Functions on arrays, with time along the first axis everywhere. Imports numpy, scipy and the package's own measures:
what is logged, how it is stored and how it is drawn is known elsewhere.
"""
