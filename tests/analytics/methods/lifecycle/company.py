"""A company whose customers move by known chances, under actions with known costs."""

import numpy as np
import pandas as pd

STATES = ("lead", "qualified", "customer", "at_risk", "lost")
ACTIONS = ("none", "email", "call", "offer")
COSTS = np.array([0.0, 1.0, 8.0, 25.0])
MARGINS = np.array([0.0, 0.0, 60.0, 15.0, 0.0])
DISCOUNT = 0.95

# Under no action; each action moves some chance from one stage to another.
IDLE = np.array(
    [
        [0.80, 0.05, 0.01, 0.00, 0.14],
        [0.05, 0.70, 0.08, 0.00, 0.17],
        [0.00, 0.00, 0.80, 0.17, 0.03],
        [0.00, 0.00, 0.08, 0.62, 0.30],
        [0.005, 0.00, 0.00, 0.00, 0.995],
    ]
)
EFFECTS = {
    ("lead", "email"): ("lost", "qualified", 0.05),
    ("lead", "call"): ("lead", "qualified", 0.25),
    ("qualified", "call"): ("qualified", "customer", 0.06),
    ("qualified", "offer"): ("qualified", "customer", 0.30),
    ("customer", "email"): ("at_risk", "customer", 0.10),
    ("at_risk", "call"): ("lost", "customer", 0.22),
    ("at_risk", "offer"): ("lost", "customer", 0.24),
}
# Where it is plain what to do.
CLEAR = {
    ("lead", "call"): ("lead", "qualified", 0.60),
    ("qualified", "offer"): ("qualified", "customer", 0.65),
    ("customer", "email"): ("at_risk", "customer", 0.16),
    ("at_risk", "call"): ("lost", "customer", 0.29),
}


def truth(effects: dict = EFFECTS) -> tuple[np.ndarray, np.ndarray]:
    """Chances (s, a, s) and expected rewards (s, a)."""
    chances = np.repeat(IDLE[:, None, :], len(ACTIONS), axis=1)
    for (state, action), (taken, given, share) in effects.items():
        row = chances[STATES.index(state), ACTIONS.index(action)]
        row[STATES.index(taken)] -= share
        row[STATES.index(given)] += share
    assert (chances >= 0).all()
    return chances, MARGINS[:, None] - COSTS


def history(
    trials: int, seed: int, skipped: tuple[tuple[str, str], ...] = (), effects: dict = EFFECTS
) -> pd.DataFrame:
    """So many periods of each stage under each action, with noise on the margin."""
    random = np.random.default_rng(seed)
    chances, rewards = truth(effects)
    rows = []
    for s, state in enumerate(STATES):
        for a, action in enumerate(ACTIONS):
            if (state, action) in skipped:
                continue
            following = random.choice(STATES, trials, p=chances[s, a])
            brought = rewards[s, a] + random.normal(0, 10, trials)
            rows += [
                (state, action, str(after), float(reward))
                for after, reward in zip(following, brought, strict=True)
            ]
    return pd.DataFrame(rows, columns=["state", "action", "next_state", "reward"])
