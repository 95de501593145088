"""Writes the workflow that README.md opens with into a folder. Use: readme.py README.md FOLDER"""

import re
import sys
from pathlib import Path

readme, folder = Path(sys.argv[1]).read_text(encoding="utf-8"), Path(sys.argv[2])
(snakefile,) = re.findall(r"^```python\n(configfile: .*?)^```$", readme, flags=re.M | re.S)[:1]
(folder / "Snakefile").write_text(snakefile, encoding="utf-8")
(section,) = re.findall(r'^configfile: "config\.yaml" +# (slack: \{.*\})$', snakefile, flags=re.M)
(folder / "config.yaml").write_text(section + "\n", encoding="utf-8")
