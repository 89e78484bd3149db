"""The filter builder: a condition as a form of lines and groups, and the form as a condition.

What can be asked (`offered`), what stands in the form (`drafts`), how a line is drawn and answered
(`questions`), the whole of it (`builder`).
"""
