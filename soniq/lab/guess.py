"""Hold a guess against what happened; not having guessed is no mistake."""


def compare(guess: object, truth: object) -> str:
    """Say what became of a guess; None is none."""
    if guess is None:
        return f"You have not guessed. It is {truth}."
    return f"You guessed right: it is {truth}." if guess == truth else f"You guessed {guess}; it is {truth}."
