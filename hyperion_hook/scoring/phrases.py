"""What is said of each feature: one phrase for a value, and others where nothing or less than nothing would read badly.

``{}`` stands for the value and ``[one|many]`` for the word that goes with it. Without a phrase for zero such a phrase
says «no» and takes the second word.
"""

from __future__ import annotations

from hyperion_hook.domain.light_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrase:
    """A clause about the change whose subject is the change where none is named.

    ``show`` is how the value is written, by the catalogue's unit unless given. With ``negative`` the feature is a
    difference: ``text`` is for more and ``negative`` for less, and what is typical is written with its sign.
    """

    text: str
    zero: str = ""
    negative: str = ""
    show: str = ""


_NOBODY = "nobody has worked on the files before"
_FIRST = "this is the author's first commit here"
_QUIET = "the files have not changed in half a year"

PHRASES: dict[str, Phrase] = {
    "ns": Phrase("touches {} top-level [folder|folders]"),
    "nd": Phrase("touches {} [folder|folders]"),
    "nf": Phrase("touches {} [file|files]"),
    "entropy": Phrase("spreads its lines over files with an evenness of {}", "has its lines in one file"),
    "la": Phrase("adds {} [line|lines]"),
    "ld": Phrase("deletes {} [line|lines]"),
    "lt": Phrase("the touched files had {} [line|lines] before, on average", "the touched files had no lines before"),
    "fix": Phrase("fixes a bug", "fixes no bug"),
    "ndev": Phrase("{} [person has|people have] worked on the files before", _NOBODY),
    "age": Phrase("the files last changed {} ago, on average", "the files are new or have only just changed"),
    "nuc": Phrase("the files were last changed in {} different [commit|commits]",
                  "the files were never changed before"),
    "exp": Phrase("the author has made {} [commit|commits] here", _FIRST),
    "rexp": Phrase("the author has made {} [commit|commits] here, counting old ones less", _FIRST),
    "sexp": Phrase("the author has made {} [commit|commits] in these top-level folders"),
    "cyclomatic_complexity": Phrase("the most complex function touched has a complexity of {}"),
    "cognitive_complexity": Phrase("the hardest function touched has a cognitive complexity of {}"),
    "npath_complexity": Phrase("a touched function has {} execution [path|paths]"),
    "maintainability_index": Phrase("the least maintainable file touched scores {} of 100 for maintainability"),
    "lines_of_code": Phrase("the touched files hold {} [line|lines] of code"),
    "method_count": Phrase("the touched files hold {} [function|functions]"),
    "class_count": Phrase("the touched files hold {} [class|classes]"),
    "comment_density": Phrase("{} of the lines in the touched files are comments",
                              "the touched files hold no comments"),
    "test_coverage_delta": Phrase(
        "raises test coverage by {}", "leaves test coverage as it was", "lowers test coverage by {}"
    ),
    "inheritance_depth": Phrase("touches classes that inherit over {} [level|levels]",
                                "touches no class that inherits"),
    "afferent_coupling": Phrase("{} other [module imports|modules import] the touched ones",
                                "no other module imports the touched ones"),
    "class_cohesion": Phrase("the least cohesive class touched has a cohesion of {}"),
    "commit_frequency": Phrase("the files change {} [time|times] a week, on average", _QUIET, show="count"),
    "contributor_count": Phrase("{} [person has|people have] worked on one of the files", _NOBODY),
    "knowledge_distribution": Phrase("knowledge of the files is spread over people with an evenness of {}",
                                     "knowledge of the files lies with one person at most"),
    "bus_factor": Phrase("{} [person|people] made more than half of the commits on the files", _NOBODY),
    "author_experience": Phrase("the author's first commit here was {} ago", "the author is new here"),
    "reviewer_experience": Phrase("the reviewers' first commits here were {} ago, on average",
                                  "the reviewers are new here"),
    "approval_time": Phrase("was approved {} after it was written", "was approved as soon as it was written"),
    "discussion_count": Phrase("was discussed in {} review [comment|comments]", "was not discussed in review"),
    "affected_traffic": Phrase("{} of the traffic depends on the touched files",
                               "no traffic depends on the touched files"),
    "revenue_impact": Phrase("{} of the revenue is at stake", "no revenue is at stake"),
    "module_criticality": Phrase("the most critical module touched is at level {} of 5"),
    "rollback_difficulty": Phrase("is rated {} difficult to roll back", "is easy to roll back"),
    "file_age": Phrase("the files were created {} ago, on average", "the files are new"),
    "past_bug_count": Phrase("one of the files has had {} bug [fix|fixes] so far",
                             "no bug has been fixed in the files so far"),
    "rollback_frequency": Phrase("{} of the commits on the files were reverts",
                                 "no commit on the files was a revert"),
    "hotfix_count": Phrase("the files have had {} [hotfix|hotfixes] so far"),
    "file_volatility": Phrase("a commit changes {} [line|lines] of these files, on average", _QUIET, show="count"),
    "dependency_depth": Phrase("the longest chain of imports below the touched modules has {} [module|modules]",
                               "the touched modules import no others"),
    "circular_dependency_count": Phrase("{} import [cycle runs|cycles run] through the touched modules",
                                        "no import cycle runs through the touched modules"),
    "external_dependency_count": Phrase("the project depends on {} external [package|packages]"),
    "version_conflict_count": Phrase("{} [package is|packages are] asked for in versions that exclude each other",
                                     "no package is asked for in versions that exclude each other"),
    "breaking_change_risk": Phrase("the risk of breaking callers is {}", "breaks no callers as far as can be seen"),
    "fan_in_fan_out": Phrase("importers against imports of a touched module stand at {}"),
    "source_lines_added": Phrase("adds {} [line|lines] to source files"),
    "test_lines_added": Phrase("adds {} [line|lines] to tests"),
    "code_lines_added": Phrase("adds {} code [line|lines]"),
    "code_lines_deleted": Phrase("deletes {} code [line|lines]"),
    "test_change_ratio": Phrase("{} of the changed lines are tests", "none of the changed lines are tests"),
    "relative_churn": Phrase("changes lines that amount to {} of the touched files", "changes no lines", show="share"),
    "hunk_count": Phrase("changes lines in {} [place|places]", "changes no lines"),
    "largest_file_added": Phrase("adds {} [line|lines] to one file", "adds no lines to any file"),
    "files_added": Phrase("adds {} new [file|files]"),
    "files_deleted": Phrase("deletes {} [file|files]"),
    "files_renamed": Phrase("renames or copies {} [file|files]"),
    "binary_files": Phrase("changes {} binary [file|files]"),
    "source_files": Phrase("touches {} source [file|files]"),
    "test_files": Phrase("touches {} test [file|files]"),
    "language_count": Phrase("touches source in {} [language|languages]", "touches no source"),
    "control_flow_added": Phrase("adds {} [branch or loop|branches and loops]", "adds no branches or loops"),
    "control_flow_deleted": Phrase("deletes {} [branch or loop|branches and loops]", "deletes no branches or loops"),
    "tokens_added": Phrase("adds {} code [token|tokens]"),
    "tokens_deleted": Phrase("deletes {} code [token|tokens]"),
    "distinct_tokens_added": Phrase("adds {} different code [token|tokens]"),
    "tokens_moved": Phrase("moves {} code [token|tokens]"),
    "net_new_tokens": Phrase("adds {} code [token that is|tokens that are] not just moved"),
    "cyclomatic_delta": Phrase("adds {} to the complexity of the files", "leaves the complexity of the files as it was",
                               "takes {} off the complexity of the files"),
    "cognitive_delta": Phrase(
        "adds {} to the cognitive complexity of the files", "leaves the cognitive complexity of the files as it was",
        "takes {} off the cognitive complexity of the files",
    ),
    "maintainability_delta": Phrase(
        "raises the maintainability index of a file by {}", "leaves the maintainability of the files as it was",
        "lowers the maintainability index of a file by {}",
    ),
    "halstead_volume": Phrase("the touched files have a Halstead volume of {} bits"),
    "functions_touched": Phrase("touches {} [function|functions]"),
    "longest_function": Phrase("the longest function touched has {} [line|lines] of code"),
    "nesting_depth": Phrase("touches code that is nested {} [level|levels] deep", "touches no nested code"),
    "file_commits": Phrase("the most changed of the files has had {} [commit|commits]",
                           "the files have had no commits so far"),
    "recent_commits": Phrase("the files have had {} [commit|commits] in 90 days"),
    "recent_bug_count": Phrase("the files have had {} bug [fix|fixes] in 180 days"),
    "file_bug_share": Phrase("{} of the commits on one of the files were bug fixes",
                             "no commit on the files was a bug fix"),
    "directory_bug_share": Phrase("{} of the commits in the touched folders were bug fixes",
                                  "no commit in the touched folders was a bug fix"),
    "directory_commits": Phrase("the touched folders have had {} [commit|commits] in a year, on average",
                                "the touched folders have had no commits in a year"),
    "repository_bug_share": Phrase("{} of the commits here in a year were bug fixes",
                                   "no commit here in a year was a bug fix"),
    "author_bug_share": Phrase("{} of the author's commits were bug fixes",
                               "no commit of the author was a bug fix"),
    "author_recent_commits": Phrase("the author has made {} [commit|commits] in three months"),
    "author_ownership": Phrase("{} of the commits on the files are the author's",
                               "no commit on the files is the author's"),
    "author_file_commits": Phrase("the author has made {} [commit|commits] on the files"),
    "minor_contributor_count": Phrase("{} [person has|people have] only occasionally worked on one of the files",
                                      "nobody has worked only occasionally on the files"),
    "efferent_coupling": Phrase("the touched modules import {} [other|others]"),
    "instability": Phrase("the touched modules have an instability of {}"),
    "is_revert": Phrase("reverts an earlier commit", "reverts no earlier commit"),
    "is_refactoring": Phrase("is a refactoring", "is no refactoring"),
    "message_words": Phrase("its message has {} [word|words]"),
    "issue_references": Phrase("its message names {} [issue|issues]"),
    "hour_of_day": Phrase("was made at {}", "was made at {}"),
    "day_of_week": Phrase("was made on a {}", "was made on a {}"),
}
