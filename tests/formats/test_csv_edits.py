"""`check --fix` on tables: the cells of codes, modifiers, pointers and diagnoses change, and no other byte."""

from __future__ import annotations

import io
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from payerbook.claim import Claim
from payerbook.cli import main
from payerbook.formats.base import Read
from payerbook.formats.csv import read
from payerbook.formats.edits import applied, edits

SAMPLE = Path(__file__).parents[2] / "samples" / "claims.csv"

MESSY: list[tuple[str, str, str]] = [
    # columns, the row with its claim's code, modifiers, pointers and diagnoses, the same when it is repaired
    ("code,modifiers,pointers,diagnoses", 'g0283,"gp,gp, 59",1:1,m5450', 'G0283,"GP,59",1,M54.50'),
    ("CPT;Mod 1;Mod 2;Mod 3;Dx Ptr;Dx1;Dx2", "g0283;gp;GP;59;AAB;m5450;M25561", "G0283;GP;59;;AB;M54.50;M25.561"),
    ("CPT\tMod 2\tMod 1\tPointer\tDx", '"g0283"\t59\tgp \tA,A\t="m5450"', '"G0283"\t59\tGP \tA\t="M54.50"'),
    ("code,modifiers,pointers,diagnoses", '  g0283 ,"gp",,"m5450 m25561"', '  G0283 ,"GP",,"M54.50 M25.561"'),
]


def repaired(claim: Claim) -> Claim:
    """Codes in capitals, what stands twice once, diagnoses with their dots."""
    lines = tuple(
        msgspec.structs.replace(
            line,
            code=line.code.upper(),
            modifiers=tuple(dict.fromkeys(modifier.upper() for modifier in line.modifiers)),
            diagnosis_pointers=tuple(dict.fromkeys(line.diagnosis_pointers)) if line.diagnosis_pointers else line.diagnosis_pointers,
        )
        for line in claim.lines
    )
    dotted = [code.upper() if "." in code else f"{code[:3]}.{code[3:]}".upper() for code in claim.diagnoses or ()]
    return msgspec.structs.replace(claim, lines=lines, diagnoses=tuple(dotted) or claim.diagnoses)


def written(data: bytes) -> bytes:
    """The table with the changes of all its claims."""
    reads = list(read(io.BytesIO(data), "f"))
    assert all(isinstance(item, Read) for item in reads)
    return applied(data, [edit for item in reads if isinstance(item, Read) for edit in edits(data, item, repaired(item.claim))])


@pytest.mark.parametrize(("columns", "row", "wanted"), MESSY)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_only_cells_change(columns: str, row: str, wanted: str, end: str, encoding: str) -> None:
    separator = next(one for one in "\t;," if one in columns)
    around = ("É1", "1/15/2026", "2", '"É ""x"""')

    def text(cells: str) -> bytes:
        names = separator.join(["claim_id", "service_date", "units", "_notes", columns])
        return end.join([names, separator.join([*around, cells]), separator.join(["A2", *around[1:], cells]), ""]).encode(encoding)

    assert written(text(row)) == text(wanted)
    assert written(text(wanted)) == text(wanted)


CODES = st.sampled_from(["97110", "g0283", "G0283", "0101t"])
MODIFIERS = st.lists(st.sampled_from(["gp", "GP", "59", "kx", ""]), min_size=3, max_size=3)
DIAGNOSES = st.lists(st.sampled_from(["m5450", "M54.50", "z96651"]), min_size=2, max_size=2)


@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["A1", "A2"]), CODES, MODIFIERS, st.sampled_from(["", "A", "AAB", "1,1", "2 1 2"])), min_size=1
    ),
    diagnoses=DIAGNOSES,
    quoted=st.booleans(),
)
def test_what_is_written_is_read_as_the_repaired_claims(
    rows: list[tuple[str, str, list[str], str]], diagnoses: list[str], quoted: bool
) -> None:
    mark = '"' if quoted else ""
    head = "claim_id;service_date;units;code;Mod1;Mod2;Mod3;pointers;Dx1;Dx2"
    cells = [[name, "2026-01-15", "1", code, *held, pointers, *diagnoses] for name, code, held, pointers in sorted(rows)]
    data = "\r\n".join([head, *(";".join(f"{mark}{cell}{mark}" for cell in row) for row in cells), ""]).encode()
    before = [item.claim for item in read(io.BytesIO(data), "f") if isinstance(item, Read)]
    after = [item.claim for item in read(io.BytesIO(written(data)), "f") if isinstance(item, Read)]
    assert after == [repaired(claim) for claim in before]


def test_the_command_writes_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = SAMPLE.read_bytes()
    file, out = tmp_path / "claims.csv", tmp_path / "out.csv"
    file.write_bytes(wanted.replace(b"GP", b"gp").replace(b"M54.50", b"m5450"))
    main(["check", str(file), "--fix", "--write", str(out)])
    said = capsys.readouterr().out
    assert "-gp\n+GP" in said
    assert "SAMPLE-C1" not in said
    assert out.read_bytes() == wanted
