"""From an instruction to a workflow, without a language model (features D2). Pure, and always the same answer.

An instruction is read into clauses (``reading``), what they ask for is found among the operations that the agents'
manifests offer (``operations``, ``matching``), and the operations are chained by what they take and give (``chain``).
"""
