"""Words under "result": what they mean is a convention in a table, and what it does not settle is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superatom.data.rows import packaged_rows
from superatom.data.sheets.outcomes import ReadOutcome, read_outcome
from superatom.data.synthesis_records import OutcomeClass
from superatom.errors import ReferenceDataError

TARGET = "[Au25(PET)18]-"


@pytest.mark.parametrize(
    ("text", "outcome", "formula"),
    [
        ("monodisperse", "monodisperse", ""),
        ("Mono-disperse", "monodisperse", ""),
        ("Other cluster", "other_cluster", ""),
        ("other_single_product", "other_cluster", ""),
        ("pure", "monodisperse", ""),
        ("Pure.", "monodisperse", ""),
        ("Au25 pure", "monodisperse", "Au25"),
        ("pure Au25", "monodisperse", "Au25"),
        ("Au₂₅ only", "monodisperse", "Au₂₅"),
        ("Au25(PET)18, pure", "monodisperse", "Au25(PET)18"),
        ("Au25(SR)18 (single product)", "monodisperse", "Au25(SR)18"),
        ("pure Au38", "other_cluster", "Au38"),
        ("Au25(SC6H13)18 pure", "other_cluster", "Au25(SC6H13)18"),
        ("[Au25(PET)18]+ pure", "other_cluster", "[Au25(PET)18]+"),
        ("wrong cluster: Au38", "other_cluster", "Au38"),
        ("mix", "mixture", ""),
        ("not pure", "mixture", ""),
        ("Au25 impure", "mixture", "Au25"),
        ("Au25 + Au38", "mixture", "Au25 + Au38"),
        ("Au25+Au38+Au144", "mixture", "Au25 + Au38 + Au144"),
        ("mostly Au25 with traces of Au38", "mixture", "Au25 + Au38"),
        ("mix of Au25, Au38 and NPs", "mixture", "Au25 + Au38"),
        ("Au25 + some NPs", "mixture", "Au25"),
        ("NPs", "nanoparticles", ""),
        ("Au NPs", "nanoparticles", ""),
        ("monodisperse nanoparticles", "nanoparticles", ""),
        ("no reaction", "nothing", ""),
        ("nothing", "nothing", ""),
        ("AuNP", "nanoparticles", ""),
        ("plasmonic", "nanoparticles", ""),
        ("molecularly pure", "monodisperse", ""),
        ("contaminated with Au38", "mixture", ""),
        ("Au25 contaminated with traces of Au38", "mixture", "Au25 + Au38"),
        ("Au25/Au144", "mixture", "Au25 + Au144"),
        ("Au38 instead", "other_cluster", "Au38"),
        ("wrong product: Au38", "other_cluster", "Au38"),
        ("NPs instead", "nanoparticles", ""),
        ("unreacted", "nothing", ""),
        ("starting material", "nothing", ""),
        ("monodispers", "monodisperse", ""),
        ("Mischung", "mixture", ""),
        ("Nanopartikel", "nanoparticles", ""),
        ("nichts", "nothing", ""),
    ],
)
def test_words_of_the_bench(text: str, outcome: str, formula: str) -> None:
    assert read_outcome(text, TARGET) == ReadOutcome(OutcomeClass(outcome), formula)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("monodisperse?", "a doubt is no outcome"),
        ("probably pure", "a doubt is no outcome"),
        ("black ppt", "a precipitate may be"),
        ("failed", "does not say what came instead"),
        ("Au25", "what came with Au25 is not said"),
        ("mostly Au25", "what came with Au25 is not said"),
        ("Au25 Au38", r"write \+ between"),
        ("Au25 pure + Au38", "do not agree"),
        ("pure mixture", "do not agree"),
        ("wrong cluster: Au25", "do not agree"),
        ("x" * 200, "keep it under notes"),
        ("not quite pure", "^$"),
        ("no Au25", "^$"),
        ("Au25 +", "^$"),
        ("Cu2O", "^$"),
        ("only", "which product it was is not said"),
        ("single product", "which product it was is not said"),
        ("wrong product", "what came instead of the target is not said"),
        ("Au25 instead", "do not agree"),
        ("metallic Ag", "bulk metal is neither"),
        ("contaminated", "contaminated with what is not said"),
        ("contaminated with thiol", "^$"),
        ("Au25 or Au144", "^$"),
        ("Au25/", "^$"),
        ("1", "^$"),
    ],
)
def test_what_is_not_said_is_not_guessed(text: str, why: str) -> None:
    with pytest.raises(ReferenceDataError, match=why):
        read_outcome(text, TARGET)


def test_target_and_product_are_looked_at() -> None:
    assert read_outcome("Au25 pure", "Au25 clusters").outcome_class is OutcomeClass.MONODISPERSE
    assert read_outcome("pure", TARGET, "Au38(PET)24").outcome_class is OutcomeClass.OTHER_CLUSTER
    assert read_outcome("single product", TARGET, "Au38(PET)24").outcome_class is OutcomeClass.OTHER_CLUSTER
    assert read_outcome("pure", TARGET, "Au25(PET)18").outcome_class is OutcomeClass.MONODISPERSE
    assert read_outcome("Mono-disperse", TARGET, "Au38(PET)24").outcome_class is OutcomeClass.MONODISPERSE  # as stated
    assert read_outcome("pure", "particles of 3 nm", "Au38(PET)24").outcome_class is OutcomeClass.MONODISPERSE
    with pytest.raises(ReferenceDataError, match="no formula that Au25 can be compared with"):
        read_outcome("Au25 pure", "particles of 3 nm")
    with pytest.raises(ReferenceDataError, match="names Au25, and the product found is Au38"):
        read_outcome("Au25 pure", TARGET, "Au38(PET)24")


WORDS = [row["words"] for row in packaged_rows("outcome_words.csv")] + ["Au25", "Au38(PET)24", "(", ",", "?", "quite"]


@given(st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join) | st.text(max_size=30))
def test_any_words_are_read_or_refused(text: str) -> None:
    try:
        read = read_outcome(text, TARGET)
    except ReferenceDataError:
        return
    assert "quite" not in text.split()
    assert "?" not in text
    assert (read.outcome_class is OutcomeClass.MONODISPERSE) <= ("Au38" not in text)
