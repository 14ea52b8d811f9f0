"""Fits the model that decides about cards (``assistant/cards/card_model.npz`` and ``card_model.json``).

    python -m eval.training.fit_cards [--check] [--out assistant/cards]

``eval/training/cards/*.jsonl`` has the messages, written for this project: ``{"text", "lang", "kind", "subject"}``,
and ``also`` for other subjects whose card is as right. ``held_out.jsonl`` is never fitted on: a test measures with
it. What people ask of rules (``data/policies``) and about people's data (``personal_requests``) calls for no card;
texts on care and safety are left out, because a question on one of those may tell of an emergency, and so are the
texts that are kept for testing. Cross-validation keeps messages together that are written nearly alike. ``--check``
also fits without ``situations.jsonl``, the lines of another author, and measures on them. Two runs on one machine
write the same file.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from assistant.cards import card_model
from assistant.cards.card_examples import match_examples
from assistant.cards.card_model import MessageKind
from assistant.cards.message_features import BUCKETS, embedded_texts, groups, vector_features
from eval.datasets import json_lines, question_files
from eval.datasets.card_lines import FOLDER, HELD_OUT, CardLine, read_card_lines
from eval.measures.card_measures import CardScore, measure_cards
from kb.core.settings import Settings
from kb.search.models import embedding

POLICIES = Path(__file__).parents[2] / "data" / "policies"
DATA_QUESTIONS = [FOLDER.parent / "personal_requests" / name for name in ("requests.tsv", "harmless.tsv")]
# Texts of which a question may tell of an emergency: medication, falls, infection, incidents, restraint, meals, fire,
# child protection, complaints, home visits, wounds, vital signs, nights, hot weather.
CARE_TEXTS = frozenset({21, 22, 23, 24, 25, 26, 30, 31, 32, 33, 36, 37, 38, 40})
SITUATIONS, FOLLOW_UPS = "situations.jsonl", "follow_ups.jsonl"
KINDS = tuple(MessageKind)
FOLDS = 4
# The inverse strength of the L2 penalty, and the weight of a subject in ``also``.
PENALTY = 7.0
ALSO_WEIGHT = 0.5
# The weight of a question on rules or data: there are more of them than of everything else, and an emergency is rare.
ORDINARY_WEIGHT = 0.3
# The weight of an emergency in plain words, which asks what to do: it must not be taken for a question on rules.
DIRECT_WEIGHT = 3.0
_WEIGHTS = {"policy": ORDINARY_WEIGHT, "data": ORDINARY_WEIGHT, "direct": DIRECT_WEIGHT}
# Messages whose groups of characters have at least this cosine are kept in one fold.
ALIKE = 0.5
# What the thresholds are chosen for: shares of messages that call for no card. That for whole messages counts in
# ``situations.jsonl`` alone: the other files were written to be harder than what people ask, and a threshold for them
# would miss emergencies.
FALSE_ALARMS = 0.05
FALSE_ALARMS_OF_FOLLOW_UPS = 0.1
FALSE_ALARMS_UNREAD = 0.1
# Share of the best subject's probability from which on another subject's card is named beside it.
OTHER_SUBJECT = 0.25
# Share of the probability of a card that an emergency must have; below, the message asks about the procedure.
EMERGENCY_SHARE = 0.35
# Of an owner's examples: the score from which on they count where the model finds nothing, and the cosine from which on
# they count before the model. Ordinary questions about a place in an example (a hostel) score up to .8.
NEAR, SAME = 0.9, 0.7
# Probability of a card from which on an emergency's card stands in place of an answer, and for one clause of a message.
SURE, CARD_OF_CLAUSE = 0.5, 0.75


@dataclass(frozen=True, slots=True)
class Features:
    """Features of messages: vectors, shape (messages, 2 × dimension), and a sparse matrix of groups of characters."""

    vectors: NDArray[np.float32]
    groups: Any

    def matrix(self, with_vectors: bool) -> Any:
        from scipy import sparse

        return sparse.hstack([sparse.csr_matrix(self.vectors), self.groups]).tocsr() if with_vectors else self.groups


def _features(texts: Sequence[str]) -> Features:
    from scipy import sparse

    encoder = embedding.load(Settings())
    pairs = [embedded_texts(text) for text in texts]
    vectors = [vector_features(encoder.encode_queries(list(pair))) for pair in pairs]
    rows, columns, values = [], [], []
    for row, text in enumerate(texts):
        numbers, weights = groups(text)
        rows += [row] * len(numbers)
        columns += numbers.tolist()
        values += weights.tolist()
    matrix = sparse.csr_matrix((values, (rows, columns)), shape=(len(texts), BUCKETS), dtype=np.float32)
    return Features(np.stack(vectors), matrix)


@dataclass(frozen=True, slots=True)
class FittedPair:
    """Logistic regressions for kind and subject over the same features, and whether these have vectors."""

    kind: Any
    subject: Any
    with_vectors: bool

    def scores(self, features: Features) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the probabilities of kinds, in the order of ``KINDS``, and of subjects, sorted by name."""
        matrix = features.matrix(self.with_vectors)
        order = [list(self.kind.classes_).index(kind.value) for kind in KINDS]
        return self.kind.predict_proba(matrix)[:, order], self.subject.predict_proba(matrix)

    def weights(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return weights, shape (features, kinds + subjects), and biases."""
        order = [list(self.kind.classes_).index(kind.value) for kind in KINDS]
        weights = np.concatenate([self.kind.coef_[order], self.subject.coef_]).T
        bias = np.concatenate([self.kind.intercept_[order], self.subject.intercept_])
        return weights.astype(np.float32), bias.astype(np.float32)


def _fit(lines: Sequence[CardLine], features: Features, rows: NDArray[np.int64], with_vectors: bool) -> FittedPair:
    from sklearn.linear_model import LogisticRegression

    matrix = features.matrix(with_vectors)
    kind = LogisticRegression(C=PENALTY, max_iter=1000).fit(
        matrix[rows],
        [lines[row].kind.value for row in rows],
        sample_weight=[_WEIGHTS.get(lines[row].about, 1.0) for row in rows],
    )
    labels = [(row, subject, 1.0) for row in rows if (subject := lines[row].subject)]
    labels += [(row, other, ALSO_WEIGHT) for row in rows for other in lines[row].also]
    subject = LogisticRegression(C=PENALTY, max_iter=1000).fit(
        matrix[[row for row, _, _ in labels]],
        [name for _, name, _ in labels],
        sample_weight=[weight for _, _, weight in labels],
    )
    return FittedPair(kind, subject, with_vectors)


def _alike(features: Features) -> NDArray[np.int64]:
    """Return the number of each message's group: messages that are written nearly alike, directly or by a chain."""
    from scipy.sparse.csgraph import connected_components

    similar = features.groups @ features.groups.T
    similar.data = (similar.data >= ALIKE).astype(np.float32)
    similar.eliminate_zeros()
    return np.asarray(connected_components(similar, directed=False)[1])


def _cross_validate(
    lines: Sequence[CardLine], features: Features, with_vectors: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the probabilities of kinds and subjects for each message, by a model that was not fitted on it."""
    from sklearn.model_selection import StratifiedGroupKFold

    kinds = np.zeros((len(lines), len(KINDS)))
    subjects = np.zeros((len(lines), len(_subjects(lines))))
    strata = [f"{line.kind.value} {line.subject}" for line in lines]
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    for train, test in folds.split(np.zeros(len(lines)), strata, _alike(features)):
        pair = _fit(lines, features, train, with_vectors)
        kinds[test], subjects[test] = pair.scores(_rows(features, test))
    return kinds, subjects


def _policy_questions() -> list[CardLine]:
    """Return the questions on rules that call for no card."""
    paths = sorted(POLICIES.glob("*/questions.jsonl"))
    asked = [one for path in paths for one in question_files.read(path) if one.split != "test"]
    return [
        CardLine(one.question, one.language, MessageKind.NONE, None, about="policy")
        for one in asked
        if int(one.id[1:4]) not in CARE_TEXTS
    ]


def _data_questions() -> list[CardLine]:
    """Return requests for people's data and what looks like them: of neither does anybody need a card."""
    rows = [line.split("\t") for path in DATA_QUESTIONS for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        CardLine(row[1], row[0], MessageKind.NONE, None, about="data")
        for row in rows
        if len(row) == 2 and not row[0].startswith("#")
    ]


def _rows(features: Features, rows: NDArray[np.int64]) -> Features:
    return Features(features.vectors[rows], features.groups[rows])


def _subjects(lines: Sequence[CardLine]) -> list[str]:
    return sorted({line.subject for line in lines if line.subject})


def _measured(
    lines: Sequence[CardLine], kinds: NDArray[np.float64], subjects: NDArray[np.float64], threshold: float
) -> CardScore:
    names = _subjects(lines)
    shown = [
        names[int(subject.argmax())] if 1.0 - kind[-1] >= threshold else None
        for kind, subject in zip(kinds, subjects, strict=True)
    ]
    return measure_cards(lines, shown)


def _of_texts(
    lines: Sequence[CardLine], kinds: NDArray[np.float64], subjects: NDArray[np.float64], texts: set[str]
) -> tuple[list[CardLine], NDArray[np.float64], NDArray[np.float64]]:
    rows = [row for row, line in enumerate(lines) if line.text in texts]
    return [lines[row] for row in rows], kinds[rows], subjects[rows]


def _among_shown(lines: Sequence[CardLine], subjects: NDArray[np.float64], texts: set[str]) -> dict[str, float]:
    """Return the share of emergencies among whose cards, the first and the others, a right one is; and their number."""
    names = _subjects(lines)
    found: dict[str, float] = {}
    for label, some in (("all", None), ("situations", texts)):
        hits, numbers = [], []
        for line, values in zip(lines, subjects, strict=True):
            if line.kind is not MessageKind.EMERGENCY or (some is not None and line.text not in some):
                continue
            order = values.argsort()[::-1][:3]
            shown = [names[row] for row in order if values[row] >= OTHER_SUBJECT * values[order[0]]]
            hits.append(bool({line.subject, *line.also} & set(shown)))
            numbers.append(len(shown))
        found |= {label: round(float(np.mean(hits)), 3), f"cards, {label}": round(float(np.mean(numbers)), 2)}
    return found


def _small(lines: Sequence[CardLine], kinds: NDArray[np.float64], threshold: float, sure: float) -> dict[str, float]:
    """Return the shares of emergencies and of questions on procedure whose card would not stand for the answer."""
    card = kinds[:, :2].sum(axis=1)
    small = (kinds[:, 0] < threshold * card) | (card < sure)
    by_kind = {kind: [line.kind is kind for line in lines] for kind in (MessageKind.EMERGENCY, MessageKind.PROCEDURE)}
    return {kind.value: round(float(small[rows].mean()), 3) for kind, rows in by_kind.items()}


def _above(values: NDArray[np.float64], share: float) -> float:
    """Return the least threshold that at most ``share`` of the values reach."""
    return round(float(np.quantile(values, 1.0 - share)) + 5e-4, 3)


def _try_examples(lines: Sequence[CardLine], vectors: NDArray[np.float32]) -> dict[str, float]:
    """Try the examples of a card that the model does not know: five messages of a subject, drawn twenty times."""
    draw = np.random.default_rng(0)
    subject = np.array([line.subject or "" for line in lines])
    emergency = np.array([line.kind is MessageKind.EMERGENCY for line in lines])
    strict = np.flatnonzero([line.kind is MessageKind.NONE for line in lines])
    nothing, found = [], []
    for name in _subjects(lines):
        rows = np.flatnonzero((subject == name) & emergency)
        for _ in range(20):
            examples = draw.choice(rows, 5, replace=False)
            others = draw.choice(np.setdiff1d(rows, examples), 20)
            nothing += [match_examples(vectors[row], vectors[examples]).score for row in draw.choice(strict, 50)]
            found += [match_examples(vectors[row], vectors[examples]).score for row in others]
    shares = {"messages of the subject": found, "messages without a card": nothing}
    return {name: round(float(np.mean(np.array(scores) >= NEAR)), 4) for name, scores in shares.items()}


def _follow_up_thresholds(
    lines: Sequence[CardLine], kinds: NDArray[np.float64], pair: FittedPair
) -> tuple[dict[str, float], dict[str, float]]:
    texts = [json.loads(text)["text"] for _, text in json_lines.lines(FOLDER / FOLLOW_UPS)]
    later = 1.0 - pair.scores(_features(texts))[0][:, -1]
    ordinary = 1.0 - kinds[[line.about == "ordinary" for line in lines], -1]
    limit = _above(ordinary, FALSE_ALARMS_OF_FOLLOW_UPS)
    pointing = round(limit / 2, 3)
    found = {
        "follow-ups that go on": float(np.mean(later >= limit)),
        "those that point back": float(np.mean(later >= pointing)),
        "ordinary messages that go on": float(np.mean(ordinary >= limit)),
    }
    return {"follow_up": limit, "follow_up_pointing": pointing}, {key: round(one, 3) for key, one in found.items()}


def _write_background(vectors: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    """Return mean and covariance of the vectors of written Chinese or English, as float16 with a common factor."""
    covariance = np.cov((vectors - vectors.mean(axis=0)).T).astype(np.float32)
    scale = float(np.abs(covariance).max())
    return {
        "mean": vectors.mean(axis=0).astype(np.float16),
        "covariance": (covariance / scale).astype(np.float16),
        "covariance_scale": np.array(scale, dtype=np.float32),
    }


def _save_arrays(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write an ``.npz`` file whose bytes depend on the arrays alone, not on the time of day."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, array in sorted(arrays.items()):
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=False)
            packed.writestr(zipfile.ZipInfo(f"{name}.npy", (2026, 1, 1, 0, 0, 0)), content.getvalue(), 8)


@click.command()
@click.option("--check", is_flag=True, help="Also fit without the other author's lines, and measure on them.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path(card_model.__file__).parent)
def main(check: bool, out: Path) -> None:
    """Fit the model, choose the thresholds by cross-validation and print what it measured."""
    paths = sorted(path for path in FOLDER.glob("*.jsonl") if path.name not in (HELD_OUT.name, FOLLOW_UPS))
    by_file = {path.name: read_card_lines(path) for path in paths} | {
        "policies": _policy_questions(),
        "questions about data": _data_questions(),
    }
    lines = [line for part in by_file.values() for line in part]
    features = _features([line.text for line in lines])
    every = np.arange(len(lines))
    strict = [line.kind is MessageKind.NONE for line in lines]
    kinds, subjects = _cross_validate(lines, features, with_vectors=True)
    situations = {line.text for line in by_file[SITUATIONS]}
    usual = [line.text in situations and bare for line, bare in zip(lines, strict, strict=True)]
    limit = _above(1.0 - kinds[usual, -1], FALSE_ALARMS)
    unread, _ = _cross_validate(lines, features, with_vectors=False)
    both = _fit(lines, features, every, with_vectors=True)
    groups_only = _fit(lines, features, every, with_vectors=False)
    vectors = features.vectors[:, features.vectors.shape[1] // 2 :]
    arrays = _write_background(vectors)
    (both_weights, both_bias), (group_weights, group_bias) = both.weights(), groups_only.weights()
    size = features.vectors.shape[1]
    arrays |= {
        "identity": np.array(str(embedding.load(Settings()).identity)),
        "kinds": np.array([kind.value for kind in KINDS]),
        "subjects": np.array(_subjects(lines)),
        "both_vectors": both_weights[:size].astype(np.float16),
        "both_groups": both_weights[size:].astype(np.float16),
        "both_bias": both_bias,
        "groups_only_groups": group_weights.astype(np.float16),
        "groups_only_bias": group_bias,
    }
    _save_arrays(out / "card_model.npz", arrays)
    policy = [line.about == "policy" for line in lines]
    follow_ups, followed = _follow_up_thresholds(lines, kinds, both)
    thresholds = {
        "card": limit,
        "card_by_groups": _above(1.0 - unread[strict, -1], FALSE_ALARMS_UNREAD),
        "card_of_sentence": CARD_OF_CLAUSE,
        "emergency": EMERGENCY_SHARE,
        "sure": SURE,
        **follow_ups,
        "other_subject": OTHER_SUBJECT,
        "near": NEAR,
        "same": SAME,
    }
    cross_validated = _measured(lines, kinds, subjects, limit)
    result: dict[str, Any] = {
        "thresholds": thresholds,
        "cross_validation": cross_validated.as_dict(),
        "cross_validation_situations": _measured(*_of_texts(lines, kinds, subjects, situations), limit).as_dict(),
        "small": _small(lines, kinds, thresholds["emergency"], SURE),
        "cards for questions on rules": round(float(np.mean(1.0 - kinds[policy, -1] >= limit)), 3),
        "right or among the others": _among_shown(lines, subjects, situations),
        "follow_ups": followed,
        "found by five examples": _try_examples(lines, vectors),
        "messages": {name: len(part) for name, part in by_file.items()},
    }
    (out / "card_model.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    click.echo(json.dumps(result, indent=1))
    if check:
        own = np.array([row for row, line in enumerate(lines) if line not in by_file[SITUATIONS]])
        others = np.setdiff1d(every, own)
        pair = _fit(lines, features, own, with_vectors=True)
        some = [lines[row] for row in others]
        click.echo(json.dumps(_measured(some, *pair.scores(_rows(features, others)), limit).as_dict(), indent=1))


if __name__ == "__main__":
    main()
