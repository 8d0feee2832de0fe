"""THE table of features: models, explanations, reports, documents and tests derive from it.

Order is the order of every vector. A feature belongs to the module that measures it (``module``), to a category of the
specification or to ``just-in-time``, and to an explanation ``group``.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from math import inf

from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.errors import ConfigError


class Category(StrEnum):
    """The specification's five categories, Kamei's fourteen, and what this project adds."""

    CODE_QUALITY = "code quality"
    TEAM = "team"
    BUSINESS = "business"
    HISTORICAL = "historical"
    STRUCTURAL = "structural"
    JUST_IN_TIME = "just-in-time"
    ADDED = "added"


class Origin(StrEnum):
    """Where a value comes from."""

    GIT = "git"
    SOURCE = "source"
    GRAPH = "graph"
    FORGE = "forge"
    CONFIGURED = "configured"


class Group(StrEnum):
    """Features that are explained together, because a person thinks of them together."""

    SIZE = "size"
    DIFFUSION = "diffusion"
    CONTENT = "content"
    CODE = "code"
    HISTORY = "history"
    PEOPLE = "people"
    STRUCTURE = "structure"
    PURPOSE = "purpose"


@dataclass(frozen=True, slots=True)
class Feature:
    """One entry: what it is called, what it means, which values it may take and where it comes from.

    ``direction`` is +1 where more is riskier, -1 where more is safer, 0 where neither is established.
    ``at_commit`` is true for what is known only once the commit is made (its message, its reviewers).
    """

    name: str
    french: str
    title: str
    category: Category
    group: Group
    module: str
    origin: Origin
    unit: str
    low: float
    high: float
    direction: int
    meaning: str
    reference: str = ""
    at_commit: bool = False


KAMEI = "Kamei et al., A Large-Scale Empirical Study of Just-in-Time Quality Assurance, IEEE TSE 39(6), 2013"
MCCABE = "McCabe, A Complexity Measure, IEEE TSE SE-2(4), 1976"
SONAR = "Campbell, Cognitive Complexity, SonarSource white paper, 2018"
NEJMEH = "Nejmeh, NPATH: A Measure of Execution Path Complexity, CACM 31(2), 1988"
OMAN = "Oman and Hagemeister, Metrics for Assessing a Software System's Maintainability, ICSM 1992; radon"
HALSTEAD = "Halstead, Elements of Software Science, 1977"
CK = "Chidamber and Kemerer, A Metrics Suite for Object Oriented Design, IEEE TSE 20(6), 1994"
LCOM = "Hitz and Montazeri, Measuring Coupling and Cohesion in Object-Oriented Systems, ISACC 1995"
MARTIN = "Martin, OO Design Quality Metrics, 1994"
HASSAN = "Hassan, Predicting Faults Using the Complexity of Code Changes, ICSE 2009"
NAGAPPAN = "Nagappan and Ball, Use of Relative Code Churn Measures to Predict System Defect Density, ICSE 2005"
BIRD = "Bird et al., Don't Touch My Code! Examining the Effects of Ownership on Software Quality, ESEC/FSE 2011"
AVELINO = "Avelino et al., A Novel Approach for Estimating Truck Factors, ICPC 2016"
LAPREDICT = "Zeng et al., Deep Just-in-Time Defect Prediction: How Far Are We?, ISSTA 2021"


def _row(  # noqa: PLR0913 - one argument for each column of the table
    name: str, french: str, title: str, category: Category, group: Group, module: str, origin: Origin,
    unit: str, low: float, high: float, direction: int, meaning: str, reference: str = "", at_commit: bool = False,
) -> Feature:
    return Feature(
        name, french, title, category, group, module, origin, unit, low, high, direction, meaning, reference, at_commit
    )


_Q, _T, _B, _H, _S, _J, _A = (
    Category.CODE_QUALITY, Category.TEAM, Category.BUSINESS, Category.HISTORICAL, Category.STRUCTURAL,
    Category.JUST_IN_TIME, Category.ADDED,
)
_G, _SRC, _GR, _F, _C = Origin.GIT, Origin.SOURCE, Origin.GRAPH, Origin.FORGE, Origin.CONFIGURED

CATALOGUE: tuple[Feature, ...] = (
    # Kamei's fourteen
    _row("ns", "nb_sous_systemes", "top-level folders touched", _J, Group.DIFFUSION, "diffusion", _G, "count", 0, inf, 1,
         "number of top-level folders with a changed file", KAMEI),
    _row("nd", "nb_repertoires", "folders touched", _J, Group.DIFFUSION, "diffusion", _G, "count", 0, inf, 1,
         "number of folders with a changed file", KAMEI),
    _row("nf", "nb_fichiers", "files touched", _J, Group.DIFFUSION, "diffusion", _G, "count", 0, inf, 1,
         "number of changed files", KAMEI),
    _row("entropy", "entropie_changement", "spread over files", _J, Group.DIFFUSION, "diffusion", _G, "share", 0, 1, 1,
         "how evenly the changed lines are spread over the files, normalised Shannon entropy", HASSAN),
    _row("la", "lignes_ajoutees", "lines added", _J, Group.SIZE, "size", _G, "lines", 0, inf, 1,
         "lines added over all files", KAMEI),
    _row("ld", "lignes_supprimees", "lines deleted", _J, Group.SIZE, "size", _G, "lines", 0, inf, 1,
         "lines deleted over all files", KAMEI),
    _row("lt", "lignes_avant", "size of the touched files", _J, Group.SIZE, "size", _G, "lines", 0, inf, 1,
         "lines of the touched text files before the change, mean; a new file has none", KAMEI),
    _row("fix", "est_correctif", "fixes a bug", _J, Group.PURPOSE, "purpose", _G, "flag", 0, 1, 1,
         "whether the message says that the change fixes a bug", KAMEI, True),
    _row("ndev", "nb_developpeurs_precedents", "previous authors of the files", _J, Group.PEOPLE, "people", _G, "count",
         0, inf, 1, "distinct earlier authors of the touched files, all files together", KAMEI),
    _row("age", "intervalle_dernier_changement", "days since the files last changed", _J, Group.HISTORY, "process", _G,
         "days", 0, inf, -1, "days since the last change of each touched file, mean", KAMEI),
    _row("nuc", "nb_changements_precedents", "last changes the files come from", _J, Group.HISTORY, "process", _G,
         "count", 0, inf, 1, "distinct commits that last changed the touched files", KAMEI),
    _row("exp", "experience_commits", "author's commits", _J, Group.PEOPLE, "people", _G, "commits", 0, inf, -1,
         "commits the author made before", KAMEI),
    _row("rexp", "experience_recente", "author's recent commits", _J, Group.PEOPLE, "people", _G, "weighted commits",
         0, inf, -1, "author's commits, each weighted by 1 / (1 + its age in years), by thirty-day month", KAMEI),
    _row("sexp", "experience_sous_systeme", "author's commits in these folders", _J, Group.PEOPLE, "people", _G,
         "commits", 0, inf, -1, "commits the author made in the touched top-level folders, mean over them", KAMEI),
    # code quality
    _row("cyclomatic_complexity", "complexite_cyclomatique", "most complex function touched", _Q, Group.CODE, "quality",
         _SRC, "paths", 0, inf, 1, "cyclomatic complexity after the change, max over touched functions", MCCABE),
    _row("cognitive_complexity", "complexite_cognitive", "hardest function to understand", _Q, Group.CODE, "quality",
         _SRC, "points", 0, inf, 1, "cognitive complexity after the change, max over touched functions", SONAR),
    _row("npath_complexity", "complexite_npath", "execution paths (log10)", _Q, Group.CODE, "quality", _SRC,
         "log10 paths", 0, inf, 1, "log10 of the acyclic path count after the change, max over touched functions",
         NEJMEH),
    _row("maintainability_index", "indice_maintenabilite", "maintainability of the worst file", _Q, Group.CODE,
         "quality", _SRC, "index", 0, 100, -1, "maintainability index after the change, min over touched files", OMAN),
    _row("lines_of_code", "lignes_code", "code lines in the touched files", _Q, Group.CODE, "quality", _SRC, "lines",
         0, inf, 1, "lines with code in the touched files after the change"),
    _row("method_count", "nb_methodes", "functions in the touched files", _Q, Group.CODE, "quality", _SRC, "count", 0,
         inf, 1, "functions and methods in the touched files after the change"),
    _row("class_count", "nb_classes", "classes in the touched files", _Q, Group.CODE, "quality", _SRC, "count", 0, inf,
         1, "classes in the touched files after the change"),
    _row("comment_density", "densite_commentaires", "share of comments", _Q, Group.CODE, "quality", _SRC, "share", 0, 1,
         -1, "comment lines over comment and code lines of the touched files after the change"),
    _row("test_coverage_delta", "delta_couverture_tests", "change in test coverage", _Q, Group.CODE, "business", _C,
         "share", -1, 1, -1, "covered share of the touched files after minus before, from coverage reports"),
    _row("inheritance_depth", "profondeur_heritage", "inheritance depth", _Q, Group.CODE, "quality", _SRC, "levels", 0,
         inf, 1, "depth of inheritance, max over the classes of the touched files after the change", CK),
    _row("afferent_coupling", "couplage_entrant", "modules that import the touched ones", _Q, Group.STRUCTURE,
         "coupling", _GR, "modules", 0, inf, 1, "distinct other modules importing a touched module", MARTIN),
    _row("class_cohesion", "cohesion_classe", "cohesion of the least cohesive class", _Q, Group.CODE, "quality", _SRC,
         "share", 0, 1, -1, "1 / LCOM4, min over the classes of the touched files after the change", LCOM),
    # team
    _row("commit_frequency", "frequence_commits", "commits a week on the files", _T, Group.HISTORY, "process", _G,
         "commits/week", 0, inf, 1, "commits on the touched files in the last 26 weeks, a week, mean over files"),
    _row("contributor_count", "nb_contributeurs_uniques", "people who wrote the files", _T, Group.PEOPLE, "people", _G,
         "people", 0, inf, 1, "distinct earlier authors, max over the touched files", BIRD),
    _row("knowledge_distribution", "distribution_connaissance", "spread of knowledge", _T, Group.PEOPLE, "people", _G,
         "share", 0, 1, 0, "normalised entropy of commits by author over the touched files"),
    _row("bus_factor", "facteur_bus", "bus factor", _T, Group.PEOPLE, "people", _G, "people", 0, inf, -1,
         "smallest number of authors who made more than half of the commits on the touched files", AVELINO),
    _row("author_experience", "experience_auteur", "months since the author's first commit", _T, Group.PEOPLE, "people",
         _G, "months", 0, inf, -1, "months since the author's first commit in this repository"),
    _row("reviewer_experience", "experience_moyenne_reviewers", "experience of the reviewers", _T, Group.PURPOSE,
         "review", _G, "months", 0, inf, -1,
         "months since the first commit of each reviewer (trailers, committer), mean", "", True),
    _row("approval_time", "vitesse_approbation", "hours to approval", _T, Group.PURPOSE, "review", _G, "hours", 0, inf,
         0, "hours from author date to commit date, or to approval where a forge knows it", "", True),
    _row("discussion_count", "nb_discussions_pr", "discussions on the change", _T, Group.PURPOSE, "review", _F, "count",
         0, inf, 0, "review comments, from the forge", "", True),
    # business
    _row("affected_traffic", "estimation_trafic_affecte", "share of traffic affected", _B, Group.STRUCTURE, "business",
         _GR, "share", 0, 1, 1, "configured share by path, else share of entry points that reach a touched module"),
    _row("revenue_impact", "score_impact_revenus", "revenue at stake", _B, Group.STRUCTURE, "business", _C, "share", 0,
         1, 1, "configured weight by path times affected traffic"),
    _row("module_criticality", "niveau_criticite_module", "criticality of the module", _B, Group.STRUCTURE, "business",
         _GR, "level", 1, 5, 1, "configured by path, else 1 + 4 times the rank in the import graph; max over files"),
    _row("rollback_difficulty", "difficulte_rollback", "difficulty to roll back", _B, Group.STRUCTURE, "business", _G,
         "share", 0, 1, 1, "migrations, schemas, lock files, public interfaces and breadth, by documented formula"),
    # historical
    _row("file_age", "age_fichier_jours", "age of the files", _H, Group.HISTORY, "process", _G, "days", 0, inf, -1,
         "days since the touched files were created, mean over those that existed"),
    _row("past_bug_count", "nb_bugs_historiques", "bug fixes in the files so far", _H, Group.HISTORY, "process", _G,
         "commits", 0, inf, 1, "earlier bug-fixing commits, max over the touched files"),
    _row("rollback_frequency", "frequence_rollbacks", "share of reverts in the files", _H, Group.HISTORY, "process", _G,
         "share", 0, 1, 1, "reverting commits over commits on the touched files"),
    _row("hotfix_count", "nb_hotfixes", "hotfixes in the files so far", _H, Group.HISTORY, "process", _G, "commits", 0,
         inf, 1, "earlier hotfix commits on the touched files"),
    _row("file_volatility", "volatilite_fichier", "volatility of the files", _H, Group.HISTORY, "process", _G,
         "lines/commit", 0, inf, 1, "lines changed per commit in the last 26 weeks, mean over the touched files",
         NAGAPPAN),
    _row("dependency_depth", "profondeur_dependances", "longest import chain below", _H, Group.STRUCTURE, "coupling",
         _GR, "modules", 0, inf, 1, "longest chain of imports below the touched modules, cycles counted once"),
    # structural
    _row("circular_dependency_count", "nb_dependances_circulaires", "import cycles through the files", _S,
         Group.STRUCTURE, "coupling", _GR, "count", 0, inf, 1, "strongly connected groups with a touched module"),
    _row("external_dependency_count", "nb_deps_externes", "external packages", _S, Group.STRUCTURE, "dependencies",
         _SRC, "count", 0, inf, 1, "packages the project's manifests declare after the change"),
    _row("version_conflict_count", "nb_conflits_versions", "version conflicts", _S, Group.STRUCTURE, "dependencies",
         _SRC, "count", 0, inf, 1, "packages that manifests ask for in versions that exclude each other"),
    _row("breaking_change_risk", "risque_breaking_changes", "risk of breaking callers", _S, Group.STRUCTURE,
         "interface", _SRC, "share", 0, 1, 1,
         "public interface removed or changed, weighted by the modules that import it"),
    _row("fan_in_fan_out", "fan_in_fan_out", "fan-in over fan-out", _S, Group.STRUCTURE, "coupling", _GR, "ratio", 0,
         inf, 0, "(importers + 1) / (imports + 1), max over the touched modules"),
    # added: size and content of the change
    _row("source_lines_added", "lignes_source_ajoutees", "source lines added", _A, Group.SIZE, "size", _G, "lines", 0,
         inf, 1, "lines added in source files that are no tests"),
    _row("test_lines_added", "lignes_tests_ajoutees", "test lines added", _A, Group.SIZE, "size", _G, "lines", 0, inf,
         -1, "lines added in test files"),
    _row("code_lines_added", "lignes_code_ajoutees", "code lines added", _A, Group.SIZE, "tokens", _G, "lines", 0, inf,
         1, "lines added in source files that are no tests, without comments and blank lines", LAPREDICT),
    _row("code_lines_deleted", "lignes_code_supprimees", "code lines deleted", _A, Group.SIZE, "tokens", _G, "lines", 0,
         inf, 1, "lines deleted in source files that are no tests, without comments and blank lines"),
    _row("test_change_ratio", "ratio_changement_tests", "share of tests in the change", _A, Group.SIZE, "size", _G,
         "share", 0, 1, -1, "test lines changed over test and source lines changed"),
    _row("relative_churn", "churn_relatif", "lines changed against file size", _A, Group.SIZE, "size", _G, "ratio", 0,
         inf, 1, "lines added and deleted over the lines of the touched files before the change plus the added", NAGAPPAN),
    _row("hunk_count", "nb_blocs", "places changed", _A, Group.DIFFUSION, "size", _G, "count", 0, inf, 1,
         "runs of changed lines over all files"),
    _row("largest_file_added", "plus_grand_ajout", "lines added in one file", _A, Group.SIZE, "size", _G, "lines", 0,
         inf, 1, "lines added, max over files"),
    _row("files_added", "fichiers_ajoutes", "new files", _A, Group.DIFFUSION, "diffusion", _G, "count", 0, inf, 1,
         "files that did not exist before"),
    _row("files_deleted", "fichiers_supprimes", "deleted files", _A, Group.DIFFUSION, "diffusion", _G, "count", 0, inf,
         0, "files that no longer exist"),
    _row("files_renamed", "fichiers_renommes", "renamed files", _A, Group.DIFFUSION, "diffusion", _G, "count", 0, inf,
         0, "files that were renamed or copied"),
    _row("binary_files", "fichiers_binaires", "binary files", _A, Group.DIFFUSION, "diffusion", _G, "count", 0, inf, 0,
         "changed files without lines"),
    _row("source_files", "fichiers_source", "source files touched", _A, Group.DIFFUSION, "diffusion", _G, "count", 0,
         inf, 1, "changed source files that are no tests"),
    _row("test_files", "fichiers_tests", "test files touched", _A, Group.DIFFUSION, "diffusion", _G, "count", 0, inf,
         -1, "changed test files"),
    _row("language_count", "nb_langages", "languages touched", _A, Group.DIFFUSION, "diffusion", _G, "count", 0, inf, 1,
         "distinct languages of the changed source files"),
    _row("control_flow_added", "controle_ajoute", "branches and loops added", _A, Group.CONTENT, "tokens", _G, "words",
         0, inf, 1, "control-flow keywords in the added code of source files that are no tests"),
    _row("control_flow_deleted", "controle_supprime", "branches and loops deleted", _A, Group.CONTENT, "tokens", _G,
         "words", 0, inf, 1, "control-flow keywords in the deleted code of source files that are no tests"),
    _row("tokens_added", "jetons_ajoutes", "tokens added", _A, Group.CONTENT, "tokens", _G, "tokens", 0, inf, 1,
         "words and operators in the added code of source files that are no tests"),
    _row("tokens_deleted", "jetons_supprimes", "tokens deleted", _A, Group.CONTENT, "tokens", _G, "tokens", 0, inf, 1,
         "words and operators in the deleted code of source files that are no tests"),
    _row("distinct_tokens_added", "jetons_distincts", "different words added", _A, Group.CONTENT, "tokens", _G,
         "tokens", 0, inf, 1, "distinct tokens in the added code"),
    _row("tokens_moved", "jetons_deplaces", "tokens moved", _A, Group.CONTENT, "tokens", _G, "tokens", 0, inf, 0,
         "tokens that are both added and deleted, counted with multiplicity"),
    _row("net_new_tokens", "jetons_nouveaux", "tokens that are new", _A, Group.CONTENT, "tokens", _G, "tokens", 0, inf,
         1, "added tokens that were not deleted elsewhere in the change, counted with multiplicity"),
    # added: code metrics, deltas
    _row("cyclomatic_delta", "delta_cyclomatique", "complexity added", _A, Group.CODE, "quality", _SRC, "paths", -inf,
         inf, 1, "sum of cyclomatic complexity of the touched files after minus before", MCCABE),
    _row("cognitive_delta", "delta_cognitif", "cognitive complexity added", _A, Group.CODE, "quality", _SRC, "points",
         -inf, inf, 1, "sum of cognitive complexity of the touched files after minus before", SONAR),
    _row("maintainability_delta", "delta_maintenabilite", "change in maintainability", _A, Group.CODE, "quality", _SRC,
         "index", -100, 100, -1, "maintainability index after minus before, min over the touched files", OMAN),
    _row("halstead_volume", "volume_halstead", "Halstead volume of the touched files", _A, Group.CODE, "quality", _SRC,
         "bits", 0, inf, 1, "Halstead volume after the change, sum over the touched files", HALSTEAD),
    _row("functions_touched", "fonctions_touchees", "functions touched", _A, Group.CODE, "quality", _SRC, "count", 0,
         inf, 1, "functions after the change that contain a changed line"),
    _row("longest_function", "plus_longue_fonction", "longest function touched", _A, Group.CODE, "quality", _SRC,
         "lines", 0, inf, 1, "lines of code, max over touched functions"),
    _row("nesting_depth", "profondeur_imbrication", "deepest nesting touched", _A, Group.CODE, "quality", _SRC,
         "levels", 0, inf, 1, "nesting of control structures, max over touched functions"),
    # added: history
    _row("file_commits", "nb_commits_fichier", "commits on the files so far", _A, Group.HISTORY, "process", _G,
         "commits", 0, inf, 1, "earlier commits, max over the touched files"),
    _row("recent_commits", "commits_recents", "commits on the files in 90 days", _A, Group.HISTORY, "process", _G,
         "commits", 0, inf, 1, "commits in the last 90 days, sum over the touched files"),
    _row("recent_bug_count", "bugs_recents", "bug fixes in the files in 180 days", _A, Group.HISTORY, "process", _G,
         "commits", 0, inf, 1, "bug-fixing commits in the last 180 days, sum over the touched files"),
    _row("file_bug_share", "part_bugs_fichier", "share of bug fixes in the files", _A, Group.HISTORY, "process", _G,
         "share", 0, 1, 1, "bug-fixing commits over commits, max over touched files with at least five commits"),
    _row("directory_bug_share", "part_bugs_repertoire", "share of bug fixes in the folders", _A, Group.HISTORY,
         "process", _G, "share", 0, 1, 1, "bug-fixing commits over commits, mean over the touched folders"),
    _row("directory_commits", "commits_repertoire", "commits in the folders in a year", _A, Group.HISTORY, "process",
         _G, "commits", 0, inf, 1, "commits in the touched folders in the last twelve months, mean over them"),
    _row("repository_bug_share", "part_bugs_depot", "share of bug fixes here lately", _A, Group.HISTORY, "process", _G,
         "share", 0, 1, 1, "bug-fixing commits over commits of the repository in the last twelve months"),
    # added: people
    _row("author_bug_share", "part_bugs_auteur", "share of bug fixes by the author", _A, Group.PEOPLE, "people", _G,
         "share", 0, 1, 0, "bug-fixing commits over commits of the author"),
    _row("author_recent_commits", "commits_auteur_recents", "author's commits in three months", _A, Group.PEOPLE,
         "people", _G, "commits", 0, inf, -1, "author's commits in the last three thirty-day months and the current"),
    _row("author_ownership", "part_auteur", "author's share of the files", _A, Group.PEOPLE, "people", _G, "share", 0,
         1, -1, "commits of the author over commits on the touched files, mean over files that existed", BIRD),
    _row("author_file_commits", "commits_auteur_fichiers", "author's commits on the files", _A, Group.PEOPLE, "people",
         _G, "commits", 0, inf, -1, "earlier commits of the author, sum over the touched files", BIRD),
    _row("minor_contributor_count", "nb_contributeurs_mineurs", "occasional authors of the files", _A, Group.PEOPLE,
         "people", _G, "people", 0, inf, 1, "authors with under 5 % of a file's commits, max over touched files", BIRD),
    # added: coupling
    _row("efferent_coupling", "couplage_sortant", "modules the touched ones import", _A, Group.STRUCTURE, "coupling",
         _GR, "modules", 0, inf, 1, "distinct other modules that a touched module imports", MARTIN),
    _row("instability", "instabilite", "instability of the modules", _A, Group.STRUCTURE, "coupling", _GR, "share", 0,
         1, 0, "efferent over efferent and afferent coupling, mean over the touched modules", MARTIN),
    # added: purpose and time
    _row("is_revert", "est_annulation", "reverts an earlier commit", _A, Group.PURPOSE, "purpose", _G, "flag", 0, 1, 0,
         "whether the message says that the change reverts another", "", True),
    _row("is_refactoring", "est_refactorisation", "refactors", _A, Group.PURPOSE, "purpose", _G, "flag", 0, 1, 0,
         "whether the message says that the change refactors, renames, moves or cleans up", "", True),
    _row("message_words", "mots_message", "words in the message", _A, Group.PURPOSE, "purpose", _G, "words", 0, inf, 0,
         "words in the message without trailers", "", True),
    _row("issue_references", "references_tickets", "issues named in the message", _A, Group.PURPOSE, "purpose", _G,
         "count", 0, inf, 0, "distinct issue or pull-request references in the message", "", True),
    _row("hour_of_day", "heure_du_jour", "hour of the day", _A, Group.PURPOSE, "purpose", _G, "hour", 0, 24, 0,
         "author's local hour when the change was made"),
    _row("day_of_week", "jour_semaine", "day of the week", _A, Group.PURPOSE, "purpose", _G, "day", 0, 6, 0,
         "author's local weekday, Monday 0"),
)

SPECIFIED = tuple(feature for feature in CATALOGUE if feature.category not in (Category.JUST_IN_TIME, Category.ADDED))
KAMEI_FOURTEEN = tuple(feature for feature in CATALOGUE if feature.category is Category.JUST_IN_TIME)


@cache
def _by_any_name() -> dict[str, Feature]:
    names = {feature.name: feature for feature in CATALOGUE}
    names.update({feature.french: feature for feature in CATALOGUE})
    return names


def find_feature(name: str) -> Feature:
    """Return the entry for a canonical or French name.

    Raises
    ------
    ConfigError
        If no feature has this name.

    Examples
    --------
    >>> find_feature("complexite_cyclomatique").name
    'cyclomatic_complexity'
    """
    try:
        return _by_any_name()[name]
    except KeyError:
        raise ConfigError(f"feature '{name}': not in the catalogue; run: hyperion-hook features list") from None


def names_of(features: Iterable[Feature]) -> tuple[str, ...]:
    """Return canonical names in the given order."""
    return tuple(feature.name for feature in features)
