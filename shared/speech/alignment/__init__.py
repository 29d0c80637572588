"""Force alignment: a plain transcript becomes captions by the times of the words that were heard.

`align.py` starts it. Only `matching.py` needs more than the standard library.
"""
