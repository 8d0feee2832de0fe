"""THE table of features: models, explanations, reports, documents and tests derive from it.

A feature is one row. Order is the order of every vector. A feature belongs to the module that measures it, to a
category of the specification or to ``just-in-time``, and to an explanation ``group``.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from math import inf

from hyperion_hook.errors import ConfigError
from hyperion_hook.features import references as by
from hyperion_hook.features.feature import Category, Feature, Group, Origin

_Q, _T, _B, _H = Category.CODE_QUALITY, Category.TEAM, Category.BUSINESS, Category.HISTORICAL
_S, _J, _A = Category.STRUCTURAL, Category.JUST_IN_TIME, Category.ADDED
_G, _SRC, _GR, _F, _C = Origin.GIT, Origin.SOURCE, Origin.GRAPH, Origin.FORGE, Origin.CONFIGURED

# fmt: off
CATALOGUE: tuple[Feature, ...] = (
    # Kamei's fourteen
    Feature("ns", "nb_sous_systemes", "top-level folders touched", _J, Group.DIFFUSION, "diffusion", _G, "count", 0,
            inf, +1, "number of top-level folders with a changed file", "touches {} top-level [folder|folders]",
            reference=by.KAMEI),
    Feature("nd", "nb_repertoires", "folders touched", _J, Group.DIFFUSION, "diffusion", _G, "count", 0, inf, +1,
            "number of folders with a changed file", "touches {} [folder|folders]", reference=by.KAMEI),
    Feature("nf", "nb_fichiers", "files touched", _J, Group.DIFFUSION, "diffusion", _G, "count", 0, inf, +1,
            "number of changed files", "touches {} [file|files]", reference=by.KAMEI),
    Feature("entropy", "entropie_changement", "spread over files", _J, Group.DIFFUSION, "diffusion", _G, "share", 0, 1,
            +1, "how evenly the changed lines are spread over the files, normalised Shannon entropy",
            "spreads its lines over its files, {} evenly", zero="has its lines in one file", reference=by.HASSAN),
    Feature("la", "lignes_ajoutees", "lines added", _J, Group.SIZE, "size", _G, "lines", 0, inf, +1,
            "lines added over all files", "adds {} [line|lines]", reference=by.KAMEI),
    Feature("ld", "lignes_supprimees", "lines deleted", _J, Group.SIZE, "size", _G, "lines", 0, inf, +1,
            "lines deleted over all files", "deletes {} [line|lines]", reference=by.KAMEI),
    Feature("lt", "lignes_avant", "size of the touched files", _J, Group.SIZE, "size", _G, "lines", 0, inf, +1,
            "lines of the touched text files before the change, mean; a new file has none",
            "the touched files had {} [line|lines] before, on average", zero="the touched files had no lines before",
            reference=by.KAMEI),
    Feature("fix", "est_correctif", "fixes a bug", _J, Group.PURPOSE, "purpose", _G, "flag", 0, 1, +1,
            "whether the message says that the change fixes a bug", "fixes a bug", zero="fixes no bug",
            reference=by.KAMEI, at_commit=True),
    Feature("ndev", "nb_developpeurs_precedents", "previous authors of the files", _J, Group.PEOPLE, "people", _G,
            "count", 0, inf, +1, "distinct earlier authors of the touched files, all files together",
            "{} [person has|people have] worked on the files before", zero="nobody has worked on the files before",
            reference=by.KAMEI),
    Feature("age", "intervalle_dernier_changement", "days since the files last changed", _J, Group.HISTORY, "process",
            _G, "days", 0, inf, -1, "days since the last change of each touched file, mean",
            "the files last changed {} ago, on average", zero="the files are new or have only just changed",
            reference=by.KAMEI),
    Feature("nuc", "nb_changements_precedents", "commits that last changed the files", _J, Group.HISTORY, "process", _G,
            "count", 0, inf, +1, "distinct commits that last changed the touched files",
            "the files were last changed in {} different [commit|commits]", zero="the files were never changed before",
            reference=by.KAMEI),
    Feature("exp", "experience_commits", "author's commits", _J, Group.PEOPLE, "people", _G, "commits", 0, inf, -1,
            "commits the author made before", "the author has made {} [commit|commits] here",
            zero="this is the author's first commit here", reference=by.KAMEI),
    Feature("rexp", "experience_recente", "author's recent commits", _J, Group.PEOPLE, "people", _G, "weighted commits",
            0, inf, -1, "author's commits, each weighted by 1 / (1 + its age in years), by thirty-day month",
            "the author has made {} [commit|commits] here, counting old ones less",
            zero="the author has made no commits here", reference=by.KAMEI),
    Feature("sexp", "experience_sous_systeme", "author's commits in these folders", _J, Group.PEOPLE, "people", _G,
            "commits", 0, inf, -1, "commits the author made in the touched top-level folders, mean over them",
            "the author has made {} [commit|commits] in these top-level folders", reference=by.KAMEI),
    # code quality
    Feature("cyclomatic_complexity", "complexite_cyclomatique", "most complex function touched", _Q, Group.CODE,
            "quality", _SRC, "paths", 0, inf, +1, "cyclomatic complexity after the change, max over touched functions",
            "the most complex function touched has a complexity of {}", reference=by.MCCABE),
    Feature("cognitive_complexity", "complexite_cognitive", "hardest function to understand", _Q, Group.CODE, "quality",
            _SRC, "points", 0, inf, +1, "cognitive complexity after the change, max over touched functions",
            "the hardest function touched has a cognitive complexity of {}", reference=by.SONAR),
    Feature("npath_complexity", "complexite_npath", "execution paths (log10)", _Q, Group.CODE, "quality", _SRC,
            "log10 paths", 0, inf, +1, "log10 of the acyclic path count after the change, max over touched functions",
            "a touched function has {} execution [path|paths]", reference=by.NEJMEH),
    Feature("maintainability_index", "indice_maintenabilite", "maintainability of the worst file", _Q, Group.CODE,
            "quality", _SRC, "index", 0, 100, -1, "maintainability index after the change, min over touched files",
            "the least maintainable file touched scores {} of 100 for maintainability", reference=by.OMAN),
    Feature("lines_of_code", "lignes_code", "code lines in the touched files", _Q, Group.CODE, "quality", _SRC, "lines",
            0, inf, +1, "lines with code in the touched files after the change",
            "the touched files hold {} [line|lines] of code"),
    Feature("method_count", "nb_methodes", "functions in the touched files", _Q, Group.CODE, "quality", _SRC, "count",
            0, inf, +1, "functions and methods in the touched files after the change",
            "the touched files hold {} [function|functions]"),
    Feature("class_count", "nb_classes", "classes in the touched files", _Q, Group.CODE, "quality", _SRC, "count", 0,
            inf, +1, "classes in the touched files after the change", "the touched files hold {} [class|classes]"),
    Feature("comment_density", "densite_commentaires", "share of comments", _Q, Group.CODE, "quality", _SRC, "share", 0,
            1, -1, "comment lines over comment and code lines of the touched files after the change",
            "{} of the lines in the touched files are comments", zero="the touched files hold no comments"),
    Feature("test_coverage_delta", "delta_couverture_tests", "change in test coverage", _Q, Group.CODE, "business", _C,
            "share", -1, 1, -1, "covered share of the touched files after minus before, from coverage reports",
            "raises test coverage by {}", zero="leaves test coverage as it was", negative="lowers test coverage by {}"),
    Feature("inheritance_depth", "profondeur_heritage", "inheritance depth", _Q, Group.CODE, "quality", _SRC, "levels",
            0, inf, +1, "depth of inheritance, max over the classes of the touched files after the change",
            "touches classes that inherit over {} [level|levels]", zero="touches no class that inherits",
            reference=by.CK),
    Feature("afferent_coupling", "couplage_entrant", "modules that import the touched ones", _Q, Group.STRUCTURE,
            "coupling", _GR, "modules", 0, inf, +1, "distinct other modules importing a touched module",
            "{} other [module imports|modules import] the touched ones",
            zero="no other module imports the touched ones", reference=by.MARTIN),
    Feature("class_cohesion", "cohesion_classe", "cohesion of the least cohesive class", _Q, Group.CODE, "quality",
            _SRC, "share", 0, 1, -1, "1 / LCOM4, min over the classes of the touched files after the change",
            "the least cohesive class touched has a cohesion of {}", reference=by.LCOM),
    # team
    Feature("commit_frequency", "frequence_commits", "commits a week on the files", _T, Group.HISTORY, "process", _G,
            "commits/week", 0, inf, +1, "commits on the touched files in the last 26 weeks, a week, mean over files",
            "the files change {} [time|times] a week, on average", zero="the files have not changed in half a year",
            show="count"),
    Feature("contributor_count", "nb_contributeurs_uniques", "people who wrote the files", _T, Group.PEOPLE, "people",
            _G, "people", 0, inf, +1, "distinct earlier authors, max over the touched files",
            "{} [person has|people have] worked on one of the files", zero="nobody has worked on any of the files",
            reference=by.BIRD),
    Feature("knowledge_distribution", "distribution_connaissance", "spread of knowledge", _T, Group.PEOPLE, "people",
            _G, "share", 0, 1, 0, "normalised entropy of commits by author over the touched files",
            "knowledge of the files is spread over people, {} evenly",
            zero="knowledge of the files lies with one person at most"),
    Feature("bus_factor", "facteur_bus", "bus factor", _T, Group.PEOPLE, "people", _G, "people", 0, inf, -1,
            "smallest number of authors who made more than half of the commits on the touched files",
            "{} [person|people] made more than half of the commits on the files",
            zero="nobody has made a commit on the files", reference=by.AVELINO),
    Feature("author_experience", "experience_auteur", "months since the author's first commit", _T, Group.PEOPLE,
            "people", _G, "months", 0, inf, -1, "months since the author's first commit in this repository",
            "the author's first commit here was {} ago", zero="the author is new here"),
    Feature("reviewer_experience", "experience_moyenne_reviewers", "experience of the reviewers", _T, Group.PURPOSE,
            "review", _G, "months", 0, inf, -1,
            "months since the first commit of each reviewer (trailers, committer), mean",
            "the reviewers' first commits here were {} ago, on average", zero="the reviewers are new here",
            at_commit=True),
    Feature("approval_time", "vitesse_approbation", "hours to approval", _T, Group.PURPOSE, "review", _G, "hours", 0,
            inf, 0, "hours from author date to commit date, or to approval where a forge knows it",
            "was approved {} after it was written", zero="was approved as soon as it was written", at_commit=True),
    Feature("discussion_count", "nb_discussions_pr", "discussions on the change", _T, Group.PURPOSE, "review", _F,
            "count", 0, inf, 0, "review comments, from the forge", "was discussed in {} review [comment|comments]",
            zero="was not discussed in review", at_commit=True),
    # business
    Feature("affected_traffic", "estimation_trafic_affecte", "share of traffic affected", _B, Group.STRUCTURE,
            "business", _GR, "share", 0, 1, +1,
            "configured share by path, else share of entry points that reach a touched module",
            "{} of the traffic depends on the touched files", zero="no traffic depends on the touched files"),
    Feature("revenue_impact", "score_impact_revenus", "revenue at stake", _B, Group.STRUCTURE, "business", _C, "share",
            0, 1, +1, "configured weight by path times affected traffic", "{} of the revenue is at stake",
            zero="no revenue is at stake"),
    Feature("module_criticality", "niveau_criticite_module", "criticality of the module", _B, Group.STRUCTURE,
            "business", _GR, "level", 1, 5, +1,
            "configured by path, else 1 + 4 times the rank in the import graph; max over files",
            "the most critical module touched is at level {} of 5"),
    Feature("rollback_difficulty", "difficulte_rollback", "difficulty to roll back", _B, Group.STRUCTURE, "business",
            _G, "share", 0, 1, +1,
            "migrations, schemas, lock files, public interfaces and breadth, by documented formula",
            "is rated {} difficult to roll back", zero="is easy to roll back"),
    # historical
    Feature("file_age", "age_fichier_jours", "age of the files", _H, Group.HISTORY, "process", _G, "days", 0, inf, -1,
            "days since the touched files were created, mean over those that existed",
            "the files were created {} ago, on average", zero="the files are new"),
    Feature("past_bug_count", "nb_bugs_historiques", "bug fixes in the files so far", _H, Group.HISTORY, "process", _G,
            "commits", 0, inf, +1, "earlier bug-fixing commits, max over the touched files",
            "one of the files has had {} bug [fix|fixes] so far", zero="no bug has been fixed in the files so far"),
    Feature("rollback_frequency", "frequence_rollbacks", "share of reverts in the files", _H, Group.HISTORY, "process",
            _G, "share", 0, 1, +1, "reverting commits over commits on the touched files",
            "{} of the commits on the files were reverts", zero="no commit on the files was a revert"),
    Feature("hotfix_count", "nb_hotfixes", "hotfixes in the files so far", _H, Group.HISTORY, "process", _G, "commits",
            0, inf, +1, "earlier hotfix commits on the touched files",
            "the files have had {} [hotfix|hotfixes] so far"),
    Feature("file_volatility", "volatilite_fichier", "volatility of the files", _H, Group.HISTORY, "process", _G,
            "lines/commit", 0, inf, +1, "lines changed per commit in the last 26 weeks, mean over the touched files",
            "a commit changes {} [line|lines] of these files, on average",
            zero="no line of these files has changed in half a year", show="count", reference=by.NAGAPPAN),
    Feature("dependency_depth", "profondeur_dependances", "longest import chain below", _H, Group.STRUCTURE, "coupling",
            _GR, "modules", 0, inf, +1, "longest chain of imports below the touched modules, cycles counted once",
            "the longest chain of imports below the touched modules has {} [module|modules]",
            zero="the touched modules import no others"),
    # structural
    Feature("circular_dependency_count", "nb_dependances_circulaires", "import cycles through the files", _S,
            Group.STRUCTURE, "coupling", _GR, "count", 0, inf, +1, "strongly connected groups with a touched module",
            "{} import [cycle runs|cycles run] through the touched modules",
            zero="no import cycle runs through the touched modules"),
    Feature("external_dependency_count", "nb_deps_externes", "external packages", _S, Group.STRUCTURE, "dependencies",
            _SRC, "count", 0, inf, +1, "packages the project's manifests declare after the change",
            "the project depends on {} external [package|packages]"),
    Feature("version_conflict_count", "nb_conflits_versions", "version conflicts", _S, Group.STRUCTURE, "dependencies",
            _SRC, "count", 0, inf, +1, "packages that manifests ask for in versions that exclude each other",
            "{} [package is|packages are] asked for in versions that exclude each other",
            zero="no package is asked for in versions that exclude each other"),
    Feature("breaking_change_risk", "risque_breaking_changes", "risk of breaking callers", _S, Group.STRUCTURE,
            "interface", _SRC, "share", 0, 1, +1,
            "public interface removed or changed, weighted by the modules that import it",
            "the risk of breaking callers is {}", zero="breaks no callers as far as can be seen"),
    Feature("fan_in_fan_out", "fan_in_fan_out", "fan-in over fan-out", _S, Group.STRUCTURE, "coupling", _GR, "ratio", 0,
            inf, 0, "(importers + 1) / (imports + 1), max over the touched modules",
            "importers against imports of a touched module stand at {}"),
    # added: size and content of the change
    Feature("source_lines_added", "lignes_source_ajoutees", "source lines added", _A, Group.SIZE, "size", _G, "lines",
            0, inf, +1, "lines added in source files that are no tests", "adds {} [line|lines] to source files"),
    Feature("test_lines_added", "lignes_tests_ajoutees", "test lines added", _A, Group.SIZE, "size", _G, "lines", 0,
            inf, -1, "lines added in test files", "adds {} [line|lines] to tests"),
    Feature("code_lines_added", "lignes_code_ajoutees", "code lines added", _A, Group.SIZE, "tokens", _G, "lines", 0,
            inf, +1, "lines added in source files that are no tests, without comments and blank lines",
            "adds {} code [line|lines]", reference=by.LAPREDICT),
    Feature("code_lines_deleted", "lignes_code_supprimees", "code lines deleted", _A, Group.SIZE, "tokens", _G, "lines",
            0, inf, +1, "lines deleted in source files that are no tests, without comments and blank lines",
            "deletes {} code [line|lines]"),
    Feature("test_change_ratio", "ratio_changement_tests", "share of tests in the change", _A, Group.SIZE, "size", _G,
            "share", 0, 1, -1, "test lines changed over test and source lines changed",
            "{} of the changed lines are tests", zero="none of the changed lines are tests"),
    Feature("relative_churn", "churn_relatif", "lines changed against file size", _A, Group.SIZE, "size", _G, "ratio",
            0, inf, +1, "lines added and deleted over the lines of the touched files before the change plus the added",
            "changes lines that amount to {} of the touched files", zero="changes no part of the files", show="share",
            reference=by.NAGAPPAN),
    Feature("hunk_count", "nb_blocs", "places changed", _A, Group.DIFFUSION, "size", _G, "count", 0, inf, +1,
            "runs of changed lines over all files", "changes lines in {} [place|places]", zero="changes no lines"),
    Feature("largest_file_added", "plus_grand_ajout", "lines added in one file", _A, Group.SIZE, "size", _G, "lines", 0,
            inf, +1, "lines added, max over files", "adds {} [line|lines] to one file",
            zero="adds no lines to any file"),
    Feature("files_added", "fichiers_ajoutes", "new files", _A, Group.DIFFUSION, "diffusion", _G, "count", 0, inf, +1,
            "files that did not exist before", "adds {} new [file|files]"),
    Feature("files_deleted", "fichiers_supprimes", "deleted files", _A, Group.DIFFUSION, "diffusion", _G, "count", 0,
            inf, 0, "files that no longer exist", "deletes {} [file|files]"),
    Feature("files_renamed", "fichiers_renommes", "renamed files", _A, Group.DIFFUSION, "diffusion", _G, "count", 0,
            inf, 0, "files that were renamed or copied", "renames or copies {} [file|files]"),
    Feature("binary_files", "fichiers_binaires", "binary files", _A, Group.DIFFUSION, "diffusion", _G, "count", 0, inf,
            0, "changed files without lines", "changes {} binary [file|files]"),
    Feature("source_files", "fichiers_source", "source files touched", _A, Group.DIFFUSION, "diffusion", _G, "count", 0,
            inf, +1, "changed source files that are no tests", "touches {} source [file|files]"),
    Feature("test_files", "fichiers_tests", "test files touched", _A, Group.DIFFUSION, "diffusion", _G, "count", 0, inf,
            -1, "changed test files", "touches {} test [file|files]"),
    Feature("language_count", "nb_langages", "languages touched", _A, Group.DIFFUSION, "diffusion", _G, "count", 0, inf,
            +1, "distinct languages of the changed source files", "touches source in {} [language|languages]",
            zero="touches no source"),
    Feature("control_flow_added", "controle_ajoute", "branches and loops added", _A, Group.CONTENT, "tokens", _G,
            "words", 0, inf, +1, "control-flow keywords in the added code of source files that are no tests",
            "adds {} [branch or loop|branches and loops]", zero="adds no branches or loops"),
    Feature("control_flow_deleted", "controle_supprime", "branches and loops deleted", _A, Group.CONTENT, "tokens", _G,
            "words", 0, inf, +1, "control-flow keywords in the deleted code of source files that are no tests",
            "deletes {} [branch or loop|branches and loops]", zero="deletes no branches or loops"),
    Feature("tokens_added", "jetons_ajoutes", "words of code added", _A, Group.CONTENT, "tokens", _G, "tokens", 0, inf,
            +1, "words and operators in the added code of source files that are no tests",
            "adds {} [word|words] of code", zero="adds no code"),
    Feature("tokens_deleted", "jetons_supprimes", "words of code deleted", _A, Group.CONTENT, "tokens", _G, "tokens", 0,
            inf, +1, "words and operators in the deleted code of source files that are no tests",
            "deletes {} [word|words] of code", zero="deletes no code"),
    Feature("distinct_tokens_added", "jetons_distincts", "different words added", _A, Group.CONTENT, "tokens", _G,
            "tokens", 0, inf, +1, "distinct tokens in the added code", "adds {} different [word|words] of code",
            zero="adds no words of code"),
    Feature("tokens_moved", "jetons_deplaces", "words of code moved", _A, Group.CONTENT, "tokens", _G, "tokens", 0, inf,
            0, "tokens that are both added and deleted, counted with multiplicity", "moves {} [word|words] of code",
            zero="moves no code"),
    Feature("net_new_tokens", "jetons_nouveaux", "words of code that are new", _A, Group.CONTENT, "tokens", _G, "tokens",
            0, inf, +1, "added tokens that were not deleted elsewhere in the change, counted with multiplicity",
            "adds {} [word of code that is|words of code that are] not just moved",
            zero="adds no code that is not just moved"),
    # added: code metrics, deltas
    Feature("cyclomatic_delta", "delta_cyclomatique", "complexity added", _A, Group.CODE, "quality", _SRC, "paths",
            -inf, inf, +1, "sum of cyclomatic complexity of the touched files after minus before",
            "adds {} to the complexity of the files", zero="leaves the complexity of the files as it was",
            negative="takes {} off the complexity of the files", reference=by.MCCABE),
    Feature("cognitive_delta", "delta_cognitif", "cognitive complexity added", _A, Group.CODE, "quality", _SRC,
            "points", -inf, inf, +1, "sum of cognitive complexity of the touched files after minus before",
            "adds {} to the cognitive complexity of the files",
            zero="leaves the cognitive complexity of the files as it was",
            negative="takes {} off the cognitive complexity of the files", reference=by.SONAR),
    Feature("maintainability_delta", "delta_maintenabilite", "change in maintainability", _A, Group.CODE, "quality",
            _SRC, "index", -100, 100, -1, "maintainability index after minus before, min over the touched files",
            "raises the maintainability index of a file by {}",
            zero="leaves the maintainability of the files as it was",
            negative="lowers the maintainability index of a file by {}", reference=by.OMAN),
    Feature("halstead_volume", "volume_halstead", "Halstead volume of the touched files", _A, Group.CODE, "quality",
            _SRC, "bits", 0, inf, +1, "Halstead volume after the change, sum over the touched files",
            "the touched files have a Halstead volume of {} bits", reference=by.HALSTEAD),
    Feature("functions_touched", "fonctions_touchees", "functions touched", _A, Group.CODE, "quality", _SRC, "count", 0,
            inf, +1, "functions after the change that contain a changed line", "touches {} [function|functions]"),
    Feature("longest_function", "plus_longue_fonction", "longest function touched", _A, Group.CODE, "quality", _SRC,
            "lines", 0, inf, +1, "lines of code, max over touched functions",
            "the longest function touched has {} [line|lines] of code"),
    Feature("nesting_depth", "profondeur_imbrication", "deepest nesting touched", _A, Group.CODE, "quality", _SRC,
            "levels", 0, inf, +1, "nesting of control structures, max over touched functions",
            "touches code that is nested {} [level|levels] deep", zero="touches no nested code"),
    # added: history
    Feature("file_commits", "nb_commits_fichier", "commits on the files so far", _A, Group.HISTORY, "process", _G,
            "commits", 0, inf, +1, "earlier commits, max over the touched files",
            "the most changed of the files has had {} [commit|commits]", zero="the files have had no commits so far"),
    Feature("recent_commits", "commits_recents", "commits on the files in 90 days", _A, Group.HISTORY, "process", _G,
            "commits", 0, inf, +1, "commits in the last 90 days, sum over the touched files",
            "the files have had {} [commit|commits] in 90 days"),
    Feature("recent_bug_count", "bugs_recents", "bug fixes in the files in 180 days", _A, Group.HISTORY, "process", _G,
            "commits", 0, inf, +1, "bug-fixing commits in the last 180 days, sum over the touched files",
            "the files have had {} bug [fix|fixes] in 180 days"),
    Feature("file_bug_share", "part_bugs_fichier", "share of bug fixes in the files", _A, Group.HISTORY, "process", _G,
            "share", 0, 1, +1, "bug-fixing commits over commits, max over touched files with at least five commits",
            "{} of the commits on one of the files were bug fixes", zero="no commit on the files was a bug fix"),
    Feature("directory_bug_share", "part_bugs_repertoire", "share of bug fixes in the folders", _A, Group.HISTORY,
            "process", _G, "share", 0, 1, +1, "bug-fixing commits over commits, mean over the touched folders",
            "{} of the commits in the touched folders were bug fixes",
            zero="no commit in the touched folders was a bug fix"),
    Feature("directory_commits", "commits_repertoire", "commits in the folders in a year", _A, Group.HISTORY, "process",
            _G, "commits", 0, inf, +1, "commits in the touched folders in the last twelve months, mean over them",
            "the touched folders have had {} [commit|commits] in a year, on average",
            zero="the touched folders have had no commits in a year"),
    Feature("repository_bug_share", "part_bugs_depot", "share of bug fixes here lately", _A, Group.HISTORY, "process",
            _G, "share", 0, 1, +1, "bug-fixing commits over commits of the repository in the last twelve months",
            "{} of the commits here in a year were bug fixes", zero="no commit here in a year was a bug fix"),
    # added: people
    Feature("author_bug_share", "part_bugs_auteur", "share of bug fixes by the author", _A, Group.PEOPLE, "people", _G,
            "share", 0, 1, 0, "bug-fixing commits over commits of the author",
            "{} of the author's commits were bug fixes", zero="no commit of the author was a bug fix"),
    Feature("author_recent_commits", "commits_auteur_recents", "author's commits in three months", _A, Group.PEOPLE,
            "people", _G, "commits", 0, inf, -1, "author's commits in the last three thirty-day months and the current",
            "the author has made {} [commit|commits] in three months"),
    Feature("author_ownership", "part_auteur", "author's share of the files", _A, Group.PEOPLE, "people", _G, "share",
            0, 1, -1, "commits of the author over commits on the touched files, mean over files that existed",
            "{} of the commits on the files are the author's", zero="no commit on the files is the author's",
            reference=by.BIRD),
    Feature("author_file_commits", "commits_auteur_fichiers", "author's commits on the files", _A, Group.PEOPLE,
            "people", _G, "commits", 0, inf, -1, "earlier commits of the author, sum over the touched files",
            "the author has made {} [commit|commits] on the files", reference=by.BIRD),
    Feature("minor_contributor_count", "nb_contributeurs_mineurs", "occasional authors of the files", _A, Group.PEOPLE,
            "people", _G, "people", 0, inf, +1, "authors with under 5 % of a file's commits, max over touched files",
            "{} [person has|people have] only occasionally worked on one of the files",
            zero="nobody has worked only occasionally on the files", reference=by.BIRD),
    # added: coupling
    Feature("efferent_coupling", "couplage_sortant", "modules the touched ones import", _A, Group.STRUCTURE, "coupling",
            _GR, "modules", 0, inf, +1, "distinct other modules that a touched module imports",
            "the touched modules import {} [other|others]", reference=by.MARTIN),
    Feature("instability", "instabilite", "instability of the modules", _A, Group.STRUCTURE, "coupling", _GR, "share",
            0, 1, 0, "efferent over efferent and afferent coupling, mean over the touched modules",
            "the touched modules have an instability of {}", reference=by.MARTIN),
    # added: purpose and time
    Feature("is_revert", "est_annulation", "reverts an earlier commit", _A, Group.PURPOSE, "purpose", _G, "flag", 0, 1,
            0, "whether the message says that the change reverts another", "reverts an earlier commit",
            zero="reverts no earlier commit", at_commit=True),
    Feature("is_refactoring", "est_refactorisation", "refactors", _A, Group.PURPOSE, "purpose", _G, "flag", 0, 1, 0,
            "whether the message says that the change refactors, renames, moves or cleans up", "is a refactoring",
            zero="is no refactoring", at_commit=True),
    Feature("message_words", "mots_message", "words in the message", _A, Group.PURPOSE, "purpose", _G, "words", 0, inf,
            0, "words in the message without trailers", "its message has {} [word|words]", at_commit=True),
    Feature("issue_references", "references_tickets", "issues named in the message", _A, Group.PURPOSE, "purpose", _G,
            "count", 0, inf, 0, "distinct issue or pull-request references in the message",
            "its message names {} [issue|issues]", at_commit=True),
    Feature("hour_of_day", "heure_du_jour", "hour of the day", _A, Group.PURPOSE, "purpose", _G, "hour", 0, 24, 0,
            "author's local hour when the change was made", "was made at {}", zero="was made at {}"),
    Feature("day_of_week", "jour_semaine", "day of the week", _A, Group.PURPOSE, "purpose", _G, "day", 0, 6, 0,
            "author's local weekday, Monday 0", "was made on a {}", zero="was made on a {}"),
)
# fmt: on

SPECIFIED = tuple(feature for feature in CATALOGUE if feature.category not in (Category.JUST_IN_TIME, Category.ADDED))
KAMEI_FOURTEEN = tuple(feature for feature in CATALOGUE if feature.category is Category.JUST_IN_TIME)


@cache
def _by_any_name() -> dict[str, Feature]:
    return {name: feature for feature in CATALOGUE for name in (feature.name, feature.french)}


def find_feature(name: str) -> Feature:
    """Return the entry for a canonical or French name; raise ``ConfigError`` if no feature has this name.

    Examples
    --------
    >>> find_feature("complexite_cyclomatique").name
    'cyclomatic_complexity'
    """
    feature = feature_named(name)
    if feature is None:
        raise ConfigError(f"feature '{name}': not in the catalogue; run: hyperion-hook features list")
    return feature


def feature_named(name: object) -> Feature | None:
    """Return the entry for a canonical or French name, ``None`` for anything else."""
    return _by_any_name().get(name) if isinstance(name, str) else None


def canonical(name: str) -> str:
    """Return the canonical name of a feature, any other name as it is.

    Examples
    --------
    >>> canonical("lignes_ajoutees"), canonical("la"), canonical("risque_reel")
    ('la', 'la', 'risque_reel')
    """
    feature = feature_named(name)
    return name if feature is None else feature.name


def names_of(features: Iterable[Feature]) -> tuple[str, ...]:
    """Return canonical names in the given order."""
    return tuple(feature.name for feature in features)
