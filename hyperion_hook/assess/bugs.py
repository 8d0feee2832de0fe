"""Bugs to expect in the touched files within thirty days."""

from __future__ import annotations

from hyperion_hook.domain.assessment import BugForecast, FileForecast
from hyperion_hook.domain.change import Change
from hyperion_hook.domain.history import History
from hyperion_hook.features.history.file_bug_features import judged_files, numbers_after
from hyperion_hook.scoring.bugs import BugModel
from hyperion_hook.scoring.members import sigmoid

BY_FIXES = "by their bug fixes so far, which rank better here than the model"


def bug_forecast(model: BugModel | None, change: Change, history: History) -> BugForecast | None:
    """Return a forecast for the touched source files, at most fifty of them, as they are once the change is made.

    ``None`` if no source file is touched, the bundle has no model, or the history is cut short, which would make every
    file look young and sound (the warnings say so). The message is not looked at, so a staged change is judged as it
    will be once recorded. A new file has one commit, this one; a deleted file has no future.
    """
    if model is None or history.missing_reason is not None:
        return None
    files = judged_files(change.files)
    if not files:
        return None
    author = None if change.author is None else history.author_number(change.author)
    log_odds = [model.file_log_odds(numbers) for numbers in numbers_after(files, history, change.time, author)]
    forecasts = [FileForecast(file.path, sigmoid(odds)) for file, odds in zip(files, log_odds, strict=True)]
    forecasts.sort(key=lambda entry: (-entry.probability, entry.path))
    by = BY_FIXES if model.counts_fixes else ""
    return BugForecast(sigmoid(model.change_log_odds(log_odds)), tuple(forecasts), by)
