"""What a person can put right: said in one sentence, without a traceback."""


class Problem(Exception):
    """Ends the command; its text is one clear sentence that says what is wrong and what to do."""
