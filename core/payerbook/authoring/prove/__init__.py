"""What can be proved of a pack: rules and versions that never fire, rules that contradict, holes in time, and answers that disagree.

Everything is asked of the engine itself: rules are bound as for a check, questions go to the desk that answers people. What is
tried comes from the rules' own settings and from their written cases.
"""
