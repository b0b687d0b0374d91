"""The registry: which agents there are, in which versions, what they can do (features A2).

``register`` writes; ``latest`` and ``resolve`` find a version; ``catalogue`` reads lists without a query per row.
"""
