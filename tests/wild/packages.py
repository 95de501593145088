"""Workflows that packages on PyPI ship: downloaded, given the inputs they want, never installed."""

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.conftest import REPOSITORY
from tests.wild.study import Subject

SNAKEMAKE = "snakemake==9.27.1"  # its source distribution has hundreds of test cases
STORE = REPOSITORY / ".build" / "wild"
READS = ("ecoli_R1.fastq", "ecoli_R2.fastq", "phage_R1.fastq", "phage_R2.fastq")
RECORD = "@read\nACGT\n+\nIIII\n"


class NotToBeHad(Exception):
    """A package cannot be downloaded here; its text says why."""


@dataclass(frozen=True)
class Package:
    """A workflow in a package.

    Args:
        name: of the package.
        version: the one that was studied.
        root: folder inside of the package with all that the workflow needs.
        prepare: writes config and inputs into a copy of it; returns arguments and targets.
        needs: other packages, on PYTHONPATH, that the Snakefile imports.
        sdist: whether only the source distribution has the workflow.
        changing: files whose content tells the time.
        snakefile: where Snakemake would not look for it.
        exits: what the plain run ends with: 1 where the workflow refuses today's Snakemake.
    """

    name: str
    version: str
    root: str
    prepare: Callable[[Path], tuple[tuple[str, ...], tuple[str, ...]]]
    needs: tuple[str, ...] = ()
    sdist: bool = False
    changing: tuple[str, ...] = ()
    snakefile: str = ""
    exits: int = 0


def unpacked(requirement: str, *, sdist: bool = False) -> Path:
    """Return the folder of an unpacked distribution, downloaded at the first call.

    Raises:
        NotToBeHad: pip cannot download it.
    """
    place = STORE / requirement.replace("==", "-")
    if place.is_dir():
        return place
    STORE.mkdir(parents=True, exist_ok=True)
    loading = Path(tempfile.mkdtemp(prefix=f"{place.name}.", dir=STORE))
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet",
         "--no-deps", "--dest", str(loading), *(["--no-binary", ":all:"] if sdist else []),
         requirement],
        text=True, capture_output=True, timeout=150, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        shutil.rmtree(loading)
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise NotToBeHad(f"pip cannot download {requirement}: {' '.join(lines[-1:])}")
    (archive,) = loading.iterdir()
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as file:
            file.extractall(loading)
    else:
        with tarfile.open(archive) as file:
            file.extractall(loading, filter="data")
    archive.unlink()
    try:
        loading.rename(place)
    except OSError:  # another test was faster
        shutil.rmtree(loading)
    return place


def subject(package: Package, scratch: Path) -> Subject:
    """Return the study's subject for a package.

    Raises:
        NotToBeHad: it, or what it needs, cannot be downloaded.
    """
    found = unpacked(f"{package.name}=={package.version}", sdist=package.sdist)
    needs = tuple(unpacked(one) for one in package.needs)
    folder = scratch / package.name
    shutil.copytree(found / package.root, folder)
    arguments, targets = package.prepare(folder)
    return Subject(
        f"{package.name} {package.version}", folder, package.snakefile, arguments, targets,
        python=(found, *needs), changing=package.changing,
    )  # fmt: skip


def written(folder: Path, files: dict[str, str]) -> None:
    """Write files, making their folders."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def given_config(folder: Path, config: dict[str, object]) -> tuple[str, ...]:
    """Write a config file and return the arguments that name it."""
    written(folder, {"given.yaml": yaml.safe_dump(config)})
    return ("--configfile", "given.yaml")


def reads(folder: Path) -> None:
    """Write paired reads of two samples."""
    written(folder, {f"reads/{name}": RECORD for name in READS})


def snaketool(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Prepare the template that the Snaketool family begins with."""
    return given_config(folder, {"input": "in.txt", "output": "out/", "log": "tool.log"}), ()


def trimnami(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Prepare Trimnami with two trimmers."""
    reads(folder)
    args = {
        "reads": "reads", "output": "trimnami.out", "log": "trimnami.log", "host": None,
        "subsample": None, "fastqc": True, "fasta": True, "minimap": "sr",
    }  # fmt: skip
    return given_config(folder, {"trimnami": {"args": args}}), ("default_trimmer",)


def acanthophis(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Prepare the template of Acanthophis with two samples."""
    columns = "run\tlibrary\tsample\tread1_uri\tread2_uri\tinclude\n"
    rows = (f"run1\t{one}\t{one}\treads/{one}_R1.fastq\treads/{one}_R2.fastq\tY\n"
            for one in ("ecoli", "phage"))  # fmt: skip
    reads(folder)
    written(
        folder,
        {
            "rawdata/rl2s.tsv": columns + "".join(rows),
            "rawdata/samplesets/all_samples.txt": "ecoli\nphage\n",
            "rawdata/reference/genome.fa": ">g\nACGT\n",
        },
    )
    return (), ("all_reads", "all_denovo")


def edentity(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Prepare eDentity with two samples."""
    reads(folder)
    config = {
        "raw_data_dir": "reads", "work_dir": "run1", "alpha": 2, "anchoring": False,
        "average_qual": 20, "conda": "", "cpu_cores": 1, "discard_untrimmed": True,
        "fasta_width": 0, "fastq_qmax": 40, "forward_primer": "ACGT", "length_required": 4,
        "make_json_reports": False, "max_length": 600, "maxdiffpct": 100, "maxdiffs": 5,
        "min_length": 4, "minovlen": 2, "minsize": 1, "n_base_limit": 0, "reverse_primer": "ACGT",
    }  # fmt: skip
    return given_config(folder, config), ()


def sphae(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Prepare Sphae with two samples of paired reads."""
    reads(folder)
    args = {
        "input": "reads", "output": "sphae.out", "temp_dir": None, "sequencing": "paired",
        "db_dir": "db", "no_medaka": False, "log": "sphae.log",
    }  # fmt: skip
    return given_config(folder, {"args": args}), ()


def beegees(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Prepare BeeGees with two specimens, on its own config."""
    reads(folder)
    config = yaml.safe_load((folder / "config" / "config.yaml").read_text(encoding="utf-8"))
    config |= {"samples_file": "samples.csv", "output_dir": "bee"}
    config["taxonomic_validation"] |= {"blast_db": "db", "db_taxonomy": "db/tax.tsv",
                                       "expected_taxonomy": "samples.csv"}  # fmt: skip
    names = ("ecoli", "phage")
    lines = [f"{one},reads/{one}_R1.fastq,reads/{one}_R2.fastq,p,c,o,f,g,s" for one in names]
    table = "ID,forward,reverse,phylum,class,order,family,genus,species\n"
    written(folder, {"samples.csv": table + "\n".join(lines), "db/tax.tsv": "a\tb\n"})
    return given_config(folder, config), ()


def genome(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Prepare the genome set-up of SnakeAltPromoter."""
    written(folder, {"in/genome.fa": ">chr1\nACGT\n", "in/genes.gtf": "chr1\n"})
    config = {"output_dir": "out", "organism": "hg38", "organism_fasta": "in/genome.fa",
              "genes_gtf": "in/genes.gtf", "threads": 2}  # fmt: skip
    return given_config(folder, config), ()


PACKAGES = (
    Package("snaketool", "0.0.3", "snaketool-0.0.3/snaketool", snaketool, sdist=True,
            changing=("tool.log",)),
    Package("edentity", "1.6.1", "edentity", edentity),
    Package("sphae", "1.5.7", "sphae", sphae, ("metasnek==0.0.8",)),
    Package("snakealtpromoter", "1.0.5", "snakealtpromoter", genome,
            snakefile="rules/Genomesetup.Snakefile"),
    Package("acanthophis", "1.1.0", "acanthophis/template", acanthophis, ("natsort==8.4.0",),
            exits=1),
    Package("trimnami", "0.1.4", "trimnami", trimnami, ("metasnek==0.0.8",), exits=1),
    Package("beegees", "3.0.7", "beegees", beegees, exits=1),
)  # fmt: skip
