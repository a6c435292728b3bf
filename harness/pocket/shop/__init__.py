"""How the pocket models learn to shop: plans, their words, somebody who follows them, and a poor teacher.

The same way as for ALFWorld (harness/pocket): from one plan come the skill's text and the behaviour of somebody who
does what it says. All goals are of pocket-train's split of our own catalogue.
"""
