"""How quickly each method of the lead score says chance, interval and reasons.

    python -m benchmarks.lead_score_methods FILE TARGET [COLUMN_TO_LEAVE_OUT ...]

The methods are trained on the file and score its rows three times over, in this process.
"""

import sys
import time
from pathlib import Path

import django


def main(path: str, target: str, left_out: list[str]) -> None:
    django.setup()
    import pandas as pd

    from analytics.datasets.files import frame_of
    from analytics.jobs.lead_score_training import MISSING_WORDS, split_fields
    from analytics.methods.candidates import GROWN, LOGISTIC
    from analytics.methods.lead_score_fit import fit_lead_score

    frame = frame_of(Path(path))
    won = frame.pop(target).astype(int)
    frame = frame.drop(columns=left_out)
    fields = split_fields(frame, won, seed=0).used
    many = pd.concat([frame] * 3, ignore_index=True)
    for name in (LOGISTIC, *GROWN):
        fit = fit_lead_score(frame, won, fields, missing_values=MISSING_WORDS, algorithms=[name])
        fit.model.score(many.head(10))
        started = time.perf_counter()
        fit.model.score(many)
        print(f"{name}: {len(many) / (time.perf_counter() - started):,.0f} rows/s")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
